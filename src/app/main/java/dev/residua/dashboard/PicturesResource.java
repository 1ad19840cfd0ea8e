package dev.residua.dashboard;

import dev.residua.dashboard.Pictures.UnavailableException;
import dev.residua.dashboard.Pictures.UnknownModelException;
import dev.residua.dashboard.StoredPictures.MissingException;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of an event: {@code decoded} draws latents, {@code heatmap} the effect of one latent's
 * deviation, {@code whatif} the latents that a frame would have if some were set, {@code frame} a
 * stored frame as the model reads it, {@code camera} as the camera sent it, and {@code difference}
 * its differences from the picture of latents. PNG files of the model's size, or of the camera's
 * aspect ratio; 400 with a sentence for invalid parameters, 404 for a frame that Kafka has deleted,
 * 503 if this process has no model or Kafka does not answer.
 */
@Path("/api/pictures")
public class PicturesResource {
  private static final String PNG = "image/png";

  /** In standard deviations; a decoder is undefined for values beyond its training data. */
  private static final float MOST = 1_000;

  private static final int MAX_SHOWN = 40;

  private final Pictures pictures;
  private final StoredPictures stored;
  private final LiveModels models;
  private final Visitors visitors;

  @Inject
  public PicturesResource(
      Pictures pictures, StoredPictures stored, LiveModels models, Visitors visitors) {
    this.pictures = pictures;
    this.stored = stored;
    this.models = models;
    this.visitors = visitors;
  }

  /** The id of a model that the visitor may see. */
  private String visibleModel(@Nullable String model) throws MissingException {
    String id = text("model", model);
    if (!models.visible(visitors.now(), id)) {
      throw new MissingException("the registry has no model '%s'".formatted(id));
    }
    return id;
  }

  /** The name of a source that the visitor may see. */
  private String visibleSource(@Nullable String source) throws MissingException {
    String name = text("source", source);
    if (!visitors.now().maySee(name)) {
      throw new MissingException(
          "no frame of the source '%s' is stored at this place".formatted(name));
    }
    return name;
  }

  @GET
  @Path("/decoded")
  public Response decoded(
      @QueryParam("model") @Nullable String model,
      @QueryParam("latents") @Nullable String latents) {
    return answer(
        () -> {
          String id = visibleModel(model);
          return pictures.decoded(id, numbers("latents", latents, pictures.latents(id)));
        });
  }

  /** The latents that a frame would have if some were set: {@code {"latents": [...]}}. */
  @GET
  @Path("/whatif")
  @Produces(MediaType.APPLICATION_JSON)
  public Response whatIf(
      @QueryParam("model") @Nullable String model,
      @QueryParam("latents") @Nullable String latents,
      @QueryParam("set") @Nullable String set) {
    return answered(
        () -> {
          String id = visibleModel(model);
          List<String> names = pictures.latents(id);
          float[] frame = numbers("latents", latents, names);
          float[] other = pictures.whatIf(id, frame, assignments(set, names));
          List<Float> values = new ArrayList<>();
          for (float value : other) {
            values.add(value);
          }
          return Response.ok(Map.of("latents", values)).build();
        });
  }

  private static Map<Integer, Float> assignments(@Nullable String text, List<String> names) {
    Map<Integer, Float> set = new TreeMap<>();
    for (String one : text == null || text.isEmpty() ? new String[0] : text.split(",")) {
      int colon = one.lastIndexOf(':');
      int node = colon < 0 ? -1 : names.indexOf(one.substring(0, colon));
      if (node < 0) {
        throw new IllegalArgumentException(
            "query parameter set %s, expected such as %s:1.5, of %s"
                .formatted(shown(text), names.get(0), String.join(", ", names)));
      }
      set.put(node, numbers("set", one.substring(colon + 1), List.of(names.get(node)))[0]);
    }
    return set;
  }

  @GET
  @Path("/heatmap")
  public Response heatmap(
      @QueryParam("model") @Nullable String model,
      @QueryParam("observed") @Nullable String observed,
      @QueryParam("expected") @Nullable String expected,
      @QueryParam("latent") @Nullable String latent) {
    return answer(
        () -> {
          String id = visibleModel(model);
          List<String> names = pictures.latents(id);
          int index = latent == null ? -1 : names.indexOf(latent);
          if (index < 0) {
            throw new IllegalArgumentException(
                "query parameter latent %s, expected one of %s"
                    .formatted(shown(latent), String.join(", ", names)));
          }
          return pictures.heatmap(
              id,
              numbers("observed", observed, names),
              numbers("expected", expected, names),
              index);
        });
  }

  @GET
  @Path("/frame")
  public Response frame(
      @QueryParam("model") @Nullable String model,
      @QueryParam("source") @Nullable String source,
      @QueryParam("partition") @Nullable String partition,
      @QueryParam("offset") @Nullable String offset) {
    return answer(
        () ->
            stored.frame(
                visibleModel(model),
                visibleSource(source),
                (int) whole("partition", partition, Integer.MAX_VALUE),
                whole("offset", offset, Long.MAX_VALUE)));
  }

  @GET
  @Path("/camera")
  public Response camera(
      @QueryParam("source") @Nullable String source,
      @QueryParam("partition") @Nullable String partition,
      @QueryParam("offset") @Nullable String offset) {
    return answer(
        () ->
            stored.camera(
                visibleSource(source),
                (int) whole("partition", partition, Integer.MAX_VALUE),
                whole("offset", offset, Long.MAX_VALUE)));
  }

  @GET
  @Path("/difference")
  public Response difference(
      @QueryParam("model") @Nullable String model,
      @QueryParam("source") @Nullable String source,
      @QueryParam("partition") @Nullable String partition,
      @QueryParam("offset") @Nullable String offset,
      @QueryParam("latents") @Nullable String latents) {
    return answer(
        () -> {
          String id = visibleModel(model);
          return stored.difference(
              id,
              visibleSource(source),
              (int) whole("partition", partition, Integer.MAX_VALUE),
              whole("offset", offset, Long.MAX_VALUE),
              numbers("latents", latents, pictures.latents(id)));
        });
  }

  private static String text(String parameter, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("query parameter %s is missing".formatted(parameter));
    }
    return value;
  }

  private static long whole(String parameter, @Nullable String value, long most) {
    try {
      long number = value == null ? -1 : Long.parseLong(value);
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new IllegalArgumentException(
        "query parameter %s %s, expected a whole number of at least 0"
            .formatted(parameter, shown(value)));
  }

  private interface Drawing {
    byte[] draw() throws UnavailableException, MissingException, IOException;
  }

  private interface Answering {
    Response answer() throws UnavailableException, MissingException, IOException;
  }

  private static Response answer(Drawing drawing) {
    return answered(() -> Response.ok(drawing.draw(), PNG).build());
  }

  private static Response answered(Answering answering) {
    try {
      return answering.answer();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    } catch (MissingException | UnknownModelException e) {
      return Problems.answer(Response.Status.NOT_FOUND, e);
    } catch (UnavailableException | IOException e) {
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  private static float[] numbers(String parameter, @Nullable String text, List<String> names) {
    String wanted =
        "expected %d numbers with commas between them, one for each of %s"
            .formatted(names.size(), String.join(", ", names));
    if (text == null) {
      throw new IllegalArgumentException(
          "query parameter %s is missing, %s".formatted(parameter, wanted));
    }
    String[] cells = text.split(",", names.size() + 1);
    if (cells.length != names.size()) {
      throw new IllegalArgumentException(
          "query parameter %s %s, %s".formatted(parameter, shown(text), wanted));
    }
    float[] numbers = new float[cells.length];
    for (int i = 0; i < cells.length; i++) {
      try {
        numbers[i] = Float.parseFloat(cells[i]);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "query parameter %s %s, %s".formatted(parameter, shown(text), wanted), e);
      }
      if (!(Math.abs(numbers[i]) <= MOST)) {
        throw new IllegalArgumentException(
            "query parameter %s has %s for %s, expected a number between -%.0f and %.0f"
                .formatted(parameter, shown(cells[i]), names.get(i), MOST, MOST));
      }
    }
    return numbers;
  }

  private static String shown(@Nullable String text) {
    if (text == null) {
      return "is missing";
    }
    return text.length() <= MAX_SHOWN
        ? "'" + text + "'"
        : "'" + text.substring(0, MAX_SHOWN) + "...'";
  }
}
