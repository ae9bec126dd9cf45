class Bounded:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        if not hasattr(self, 'value'):
            raise AttributeError(self.name)
        return self.value

    def __set__(self, instance, value):
        if type(value) not in (int, float):
            raise TypeError(f'{self.name} must be a number')
        if not self.low <= value <= self.high:
            raise ValueError(f'{self.name} must be from {self.low} to {self.high}')
        self.value = value

    def __delete__(self, instance):
        del self.value
