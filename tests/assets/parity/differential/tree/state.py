size = 500
names = ["a"]
table = {"size": 500}


def current():
    return size


def grow(by=1):
    global size
    size += by
    return size


def remember(name):
    names.append(name)
    return names
