"""From a card on a reader to a person: layouts, numbers, swipes."""
