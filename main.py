import time
while True:
    print('beat')
    time.sleep_ms(20)
