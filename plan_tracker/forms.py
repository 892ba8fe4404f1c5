"""The form of a sign-in."""

from django.contrib.auth.forms import AuthenticationForm
from django.core.validators import MaxLengthValidator

from departments.models import User


class SignInForm(AuthenticationForm):
    """Refuses names longer than any: Django limits them in the browser only, and the guard's table has an end."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].validators.append(MaxLengthValidator(User._meta.get_field("username").max_length))
