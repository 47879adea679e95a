"""The name that pickles of immutables' maps give: `immutables._map.Map`."""

from hedgerow import Map as Map
from hedgerow import MapItems as MapItems
from hedgerow import MapKeys as MapKeys
from hedgerow import MapMutation as MapMutation
from hedgerow import MapValues as MapValues
