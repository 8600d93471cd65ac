"""Rules tried as a whole before they are live: checked, their stories played, held against what runs; and the gate."""
