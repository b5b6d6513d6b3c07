def connect():
    print("connected")
