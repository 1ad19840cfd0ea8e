package dev.residua.app.web;

import dev.residua.dashboard.Pictures.UnavailableException;
import dev.residua.dashboard.StoredPictures;
import dev.residua.decoding.Stabilizer;
import dev.residua.decoding.WholePicture;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.PixelMask;
import dev.residua.scoring.FrameLookup;
import dev.residua.wire.RecordReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames back from Kafka for the pages: one at a time, on request, with a cache of the last
 * ones. Owns its frames from {@link #open} to {@link #close}.
 */
@ApplicationScoped
public class LiveFrames implements StoredPictures {
  private static final int KEPT_BYTES = 8 << 20;

  /** Requests that may wait for a stored picture at once; more are refused. */
  public static final int WAITING = 8;

  private final ModelPictures pictures;
  private final Turns turns = new Turns();

  // Guarded by the turns
  private final Map<Place, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private int keptBytes;
  private @Nullable FrameLookup frames;

  /** Input of a model from a frame. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(byte[] pixels, PixelMask mask) {}

  private record Place(String modelId, String source, int partition, long offset) {}

  @Inject
  public LiveFrames(ModelPictures pictures) {
    this.pictures = pictures;
  }

  /** Reads from these frames until {@link #close}, which closes them. */
  public void open(FrameLookup stored) {
    turns.between(() -> frames = stored);
  }

  public void close() {
    turns.between(
        () -> {
          FrameLookup was = frames;
          frames = null;
          kept.clear();
          keptBytes = 0;
          if (was != null) {
            was.close();
          }
        });
  }

  @Override
  public byte[] frame(String modelId, String source, int partition, long offset)
      throws MissingException, UnavailableException, IOException {
    Kept frame = kept(new Place(modelId, source, partition, offset));
    return PictureFiles.picture(frame.pixels(), pictures.shape(modelId));
  }

  @Override
  public byte[] camera(String source, int partition, long offset)
      throws MissingException, IOException {
    WholePicture whole =
        inTurn(() -> opened().whole(source, partition, offset, CAMERA_WIDTH, CAMERA_HEIGHT));
    return PictureFiles.picture(whole.pixels(), whole.shape());
  }

  @Override
  public byte[] difference(
      String modelId, String source, int partition, long offset, float[] latents)
      throws MissingException, UnavailableException, IOException {
    Kept frame = kept(new Place(modelId, source, partition, offset));
    return pictures.difference(modelId, frame.pixels(), frame.mask(), latents);
  }

  private Kept kept(Place place) throws MissingException, UnavailableException, IOException {
    ImageShape shape = pictures.shape(place.modelId());
    Stabilizer stabilizer = pictures.stabilizer(place.modelId());
    return inTurn(() -> keptInTurn(place, shape, stabilizer));
  }

  private <T> T inTurn(Turns.Work<T, RecordReader.MissingException> work)
      throws MissingException, IOException {
    try {
      return turns.request(work);
    } catch (RecordReader.MissingException e) {
      throw new MissingException(String.valueOf(e.getMessage()));
    }
  }

  private Kept keptInTurn(Place place, ImageShape shape, Stabilizer stabilizer)
      throws RecordReader.MissingException, IOException {
    Kept known = kept.get(place);
    if (known != null) {
      return known;
    }
    FrameLookup.Found found =
        opened().find(place.source(), place.partition(), place.offset(), shape, stabilizer);
    Kept read = new Kept(found.pixels(), found.mask());
    keep(place, read);
    return read;
  }

  private FrameLookup opened() throws IOException {
    FrameLookup now = frames;
    if (now == null) {
      throw new IOException("this process has no dashboard role");
    }
    return now;
  }

  private void keep(Place place, Kept read) {
    kept.put(place, read);
    keptBytes += read.pixels().length;
    while (keptBytes > KEPT_BYTES && kept.size() > 2) {
      Place eldest = kept.keySet().iterator().next();
      Kept dropped = kept.remove(eldest);
      keptBytes -= dropped == null ? 0 : dropped.pixels().length;
    }
  }
}
