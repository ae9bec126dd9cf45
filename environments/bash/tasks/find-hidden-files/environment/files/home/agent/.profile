# .profile
