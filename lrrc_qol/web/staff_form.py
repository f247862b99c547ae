"""The base of the forms that staff fill in: every refusal stands beside its field and once more at the top."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import Form, RadioField


class StaffForm(Form):
    """A form whose refusals, its own and those of a service, stand beside the fields."""

    def add_faults(self, faults: Mapping[str, str]) -> None:
        """Put the messages of a service beside the fields of the same names; the rest go to the top of the form."""
        for name, text in faults.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, text]
            else:
                self.form_errors.append(text)

    def faults(self) -> list[tuple[str, str]]:
        """All messages with the id of their field, in page order; an empty id for those of the whole form."""
        found = [("", str(text)) for text in self.form_errors]
        for field in self:
            target = f"{field.id}-0" if isinstance(field, RadioField) else field.id
            found += [(target, str(text)) for text in field.errors]
        return found
