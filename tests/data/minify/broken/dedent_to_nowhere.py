# fault at 5:11
def read(sensor):
        if sensor.ready:
            value = sensor.value
          return value
