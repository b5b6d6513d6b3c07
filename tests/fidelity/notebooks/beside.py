VALUE = 42


def function():
    return "of a module beside"


if __name__ == "__main__":
    print("run by itself")
