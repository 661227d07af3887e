"""One paper, one file. METHODS is the whole list."""

from .augmented_cyclegan import AugmentedCycleGAN
from .bicyclegan import BicycleGAN
from .bilinear import Bilinear
from .bridge import Bridge
from .cyclegan import CycleGAN
from .diffusion import Diffusion
from .discogan import DiscoGAN
from .distancegan import DistanceGAN
from .dtn import DTN
from .dualgan import DualGAN
from .gan3d import GAN3D
from .icgan import IcGAN
from .infogan import InfoGAN
from .mad_gan import MADGAN
from .munit import MUNIT
from .ost import OST
from .pggan import PGGAN
from .pix2pix import Pix2Pix
from .srcnn import SRCNN
from .srgan import SRGAN
from .srresnet import SRResNet
from .stargan import StarGAN
from .unit import UNIT

METHODS = {
    "pix2pix": Pix2Pix,
    "bridge": Bridge,
    "diffusion": Diffusion,
    "cyclegan": CycleGAN,
    "discogan": DiscoGAN,
    "dualgan": DualGAN,
    "distancegan": DistanceGAN,
    "unit": UNIT,
    "dtn": DTN,
    "ost": OST,
    "augmented_cyclegan": AugmentedCycleGAN,
    "mad_gan": MADGAN,
    "bilinear": Bilinear,
    "stargan": StarGAN,
    "bicyclegan": BicycleGAN,
    "munit": MUNIT,
    "gan3d": GAN3D,
    "icgan": IcGAN,
    "infogan": InfoGAN,
    "pggan": PGGAN,
    "srcnn": SRCNN,
    "srresnet": SRResNet,
    "srgan": SRGAN,
}
