"""What Lambda calls."""

from mangum import Mangum

from lazy_app import app

lambda_handler = Mangum(app, lifespan="off")
