# fault at 5:16
import time

def log(text):
    print('it's', text)
    time.sleep(1)
