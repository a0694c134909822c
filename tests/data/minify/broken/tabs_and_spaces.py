# fault at 4:2
def read(sensor):
        value = sensor.value
	return value
