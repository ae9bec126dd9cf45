class Bounded:
    def __init__(self, low, high):
        self.low = low
        self.high = high

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        if instance is None:
            return self
        if self.name not in vars(instance):
            raise AttributeError(f'{self.name} is not set')
        return vars(instance)[self.name]

    def __set__(self, instance, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f'{self.name} must be a number')
        if not self.low <= value <= self.high:
            raise ValueError(f'{self.name} must be from {self.low} to {self.high}')
        vars(instance)[self.name] = value

    def __delete__(self, instance):
        if vars(instance).pop(self.name, None) is None:
            raise AttributeError(f'{self.name} is not set')
