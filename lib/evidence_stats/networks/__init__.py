"""Network meta-analysis, of treatments and of their components."""

from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence_stats.networks.components import Component as Component
    from evidence_stats.networks.components import ComponentNetworkResult as ComponentNetworkResult
    from evidence_stats.networks.components import component_network as component_network
    from evidence_stats.networks.components import split_components as split_components
    from evidence_stats.networks.contrasts import Contrast as Contrast
    from evidence_stats.networks.contrasts import bucher as bucher
    from evidence_stats.networks.contrasts import multi_arm_contrasts as multi_arm_contrasts
    from evidence_stats.networks.empirical_tau2 import empirical_tau2 as empirical_tau2
    from evidence_stats.networks.network_graph import subnetworks as subnetworks
    from evidence_stats.networks.treatment_network import EdgeEvidence as EdgeEvidence
    from evidence_stats.networks.treatment_network import NetworkResult as NetworkResult
    from evidence_stats.networks.treatment_network import network as network

# Name: the module that defines it.
_FACE = {
    "Component": "evidence_stats.networks.components",
    "ComponentNetworkResult": "evidence_stats.networks.components",
    "Contrast": "evidence_stats.networks.contrasts",
    "EdgeEvidence": "evidence_stats.networks.treatment_network",
    "NetworkResult": "evidence_stats.networks.treatment_network",
    "bucher": "evidence_stats.networks.contrasts",
    "component_network": "evidence_stats.networks.components",
    "empirical_tau2": "evidence_stats.networks.empirical_tau2",
    "multi_arm_contrasts": "evidence_stats.networks.contrasts",
    "network": "evidence_stats.networks.treatment_network",
    "split_components": "evidence_stats.networks.components",
    "subnetworks": "evidence_stats.networks.network_graph",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
