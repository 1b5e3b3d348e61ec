SELECT moved FROM federation.doors
