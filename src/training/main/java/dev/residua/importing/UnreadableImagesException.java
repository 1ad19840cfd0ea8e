package dev.residua.importing;

import java.io.IOException;
import java.util.List;

/**
 * Images that cannot be imported; the message has a line for each of the first, with the reason.
 */
public final class UnreadableImagesException extends IOException {
  private static final long serialVersionUID = 1L;

  private final List<String> images;

  UnreadableImagesException(List<String> images, int count, int of) {
    super(
        "%d of %d images cannot be imported; repair or remove them:%s"
            .formatted(count, of, Truncation.lines(images)));
    this.images = List.copyOf(images);
  }

  /** One entry per bad image, with its name and the reason; the first thousand. */
  public List<String> images() {
    return images;
  }
}
