package dev.residua.importing;

import java.io.IOException;
import java.util.List;

/** Images that cannot be imported; the message has one line for each, with file and reason. */
public final class BadImagesException extends IOException {
  private static final long serialVersionUID = 1L;

  private final List<String> images;

  BadImagesException(List<String> images, int of) {
    super(
        "%d of %d images cannot be imported:%n  %s"
            .formatted(images.size(), of, String.join(System.lineSeparator() + "  ", images)));
    this.images = List.copyOf(images);
  }

  /** One entry per bad image, with its file or number and the reason. */
  public List<String> images() {
    return images;
  }
}
