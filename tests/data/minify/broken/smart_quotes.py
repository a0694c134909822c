# fault at 2:7
print(“hello”)
