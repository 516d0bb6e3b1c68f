"""What Lambda calls."""

from mangum import Mangum

from lazy_app import app

handler = Mangum(app, lifespan="off")
