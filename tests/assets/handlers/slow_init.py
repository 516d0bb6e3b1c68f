import time

from handlers import ok as handler

time.sleep(1.2)
