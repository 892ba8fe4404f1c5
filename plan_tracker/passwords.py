"""What Django's own Chinese leaves unsaid about passwords."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Refuses short passwords, in words that people here read."""

    def get_error_message(self) -> str:
        return _("密码太短，至少需要%(length)d个字符。") % {"length": self.min_length}
