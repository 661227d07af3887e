"""A method made of diffusers' parts, as that library's users know such things: a pipeline that it saves and loads.

Import this file only where a pipeline is wanted: diffusers takes seconds to import.

>>> from i2i.run.diffusers_pipeline import TranslationPipeline, pipeline
>>> pipeline(i2i.load(name).method).save_pretrained(folder)
>>> image = TranslationPipeline.from_pretrained(folder)(drawing).images[0]
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, DiffusionPipeline, ImagePipelineOutput, UNet2DModel
from PIL import Image
from torch import Tensor

from ..images import to_image, to_rgb, to_tensor
from ..method import Method
from ..nets.chance import Rng, normal


class TranslationPipeline(DiffusionPipeline):
    """Image in, image out, by a U-Net that sees the input beside the noisy answer.

    unet: its inputs are the channels of the answer and then those of the input.  scheduler: states noise and steps.
    patch: side, in pixels, of the squares that the U-Net sees as one pixel of many channels.
    """

    unet: UNet2DModel
    scheduler: DDIMScheduler

    def __init__(self, unet: UNet2DModel, scheduler: DDIMScheduler, patch: int = 1):
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler)
        self.register_to_config(patch=patch)

    @torch.no_grad()
    def __call__(
        self,
        image: Image.Image | Tensor,
        num_inference_steps: int = 20,
        generator: Rng = None,
        output_type: str = "pil",
    ) -> ImagePipelineOutput:
        """image: of a size that the net takes; or a tensor [B, C, H, W] in [-1, 1].  generator: one, or one for each image.

        `images` of what it returns is a list of PIL images, or a tensor [B, C, H, W] in [-1, 1] on the net's device, where
        output_type is "pt". Equal generators give what the method's `translate` gives. What is transparent is over white.
        ValueError for other arguments.
        """
        if output_type not in ("pil", "pt"):
            raise ValueError(f"output_type is 'pil' or 'pt'; got {output_type!r}.")
        if not 1 <= num_inference_steps <= self.scheduler.config.num_train_timesteps:
            raise ValueError(
                f"num_inference_steps is 1 to {self.scheduler.config.num_train_timesteps}; got {num_inference_steps!r}."
            )
        if not isinstance(image, Image.Image | Tensor):
            raise ValueError(f"image is a PIL image or a tensor [B, C, H, W]; got {type(image).__name__}.")
        x = to_tensor(to_rgb(image)) if isinstance(image, Image.Image) else image
        x = x.to(self.unet.device, self.unet.dtype)
        patch = self.config.patch
        multiple = patch * 2 ** (len(self.unet.config.block_out_channels) - 1)
        if x.dim() != 4 or any(side % multiple for side in x.shape[2:]):
            raise ValueError(f"sides are multiples of {multiple} px; got {list(x.shape)}.")
        shape = torch.Size([len(x), self.unet.config.out_channels // patch**2, *x.shape[2:]])
        z = normal(shape, generator, x.device).to(x.dtype)
        self.scheduler.set_timesteps(num_inference_steps)
        for t in self.progress_bar(self.scheduler.timesteps.tolist()):
            seen = F.pixel_unshuffle(torch.cat([z, x], dim=1), patch)
            e = F.pixel_shuffle(self.unet(seen, t).sample, patch)
            z = self.scheduler.step(e, t, z).prev_sample
        z = z.clamp(-1, 1)
        return ImagePipelineOutput(images=z if output_type == "pt" else [to_image(y) for y in z.split(1)])


def pipeline(method: Method) -> TranslationPipeline:
    """The pipeline of a method that samples by diffusers' rules; it shares the method's weights. TypeError for another."""
    if not hasattr(method, "scheduler"):
        raise TypeError(f"{type(method).__name__} is not made of diffusers' parts.")
    return TranslationPipeline(method.epsilon, method.scheduler(), method.config.patch)
