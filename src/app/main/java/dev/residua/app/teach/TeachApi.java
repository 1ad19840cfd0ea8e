package dev.residua.app.teach;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.app.teach.TeachServer.Request;
import dev.residua.app.teach.TeachServer.Response;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import dev.residua.teaching.SortedSeries;
import dev.residua.teaching.TaughtFactor;
import dev.residua.teaching.TeachingChange;
import dev.residua.teaching.TeachingChange.AnswersAdded;
import dev.residua.teaching.TeachingChange.FactorAdded;
import dev.residua.teaching.TeachingChange.FactorRemoved;
import dev.residua.teaching.TeachingChange.HoldAdded;
import dev.residua.teaching.TeachingChange.HoldRemoved;
import dev.residua.teaching.TeachingChange.Labelled;
import dev.residua.teaching.TeachingChange.RangeChanged;
import dev.residua.teaching.TeachingConflictException;
import dev.residua.teaching.TeachingState;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * REST API of the teaching page. Responds with 400 and a sentence to an invalid request, 404 to an
 * unknown factor or frame, 409 if another person changed the same thing. TeachServer checks access.
 */
final class TeachApi {
  static final String PREFIX = "/api/teach";

  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final int MAX_NAME = 60;
  private static final List<String> DOWNLOADS =
      List.of(TaughtAnswer.FILE, TaughtHold.FILE, TeachingFolder.LABELS);

  private final TeachingSet set;
  private final TeachTraining training;

  TeachApi(TeachingSet set, TeachTraining training) {
    this.set = set;
    this.training = training;
  }

  Response respond(Request request) {
    try {
      return switch (request.method()) {
        case "GET", "HEAD" -> read(request);
        case "POST" -> change(request, body(request));
        case "DELETE" -> remove(request);
        default -> Response.text(405, "use GET, POST or DELETE");
      };
    } catch (TeachingConflictException | IllegalStateException e) {
      return Response.text(409, String.valueOf(e.getMessage()));
    } catch (NoSuchElementException e) {
      return Response.text(404, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return Response.text(400, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return Response.text(
          500, "the files of the set cannot be read or written: " + e.getMessage());
    }
  }

  private Response read(Request request) throws IOException {
    String who =
        request.person() == null ? who(request.query().getOrDefault("who", "")) : request.person();
    String factor = request.query().getOrDefault("factor", "");
    String path = request.path();
    if (path.startsWith("/frames/")) {
      return frame(path.substring("/frames/".length()));
    }
    return switch (path) {
      case "" -> json(set.state(who));
      case "/person" -> json(Map.of("name", request.person() == null ? "" : request.person()));
      case "/question" -> json(set.question(factor, who));
      case "/series" -> json(set.series(factor, who));
      case "/unlabelled" -> json(set.unlabelled(factor, who));
      case "/training" -> json(training.view());
      default -> download(path.substring(Math.min(1, path.length())));
    };
  }

  /** Returns the picture for {@code 12.png}, the labels for {@code 12}. */
  private Response frame(String name) {
    if (name.endsWith(".png")) {
      byte[] picture = set.picture(number(name.substring(0, name.length() - 4)));
      return new Response(
          200,
          Map.of("Content-Type", "image/png", "Cache-Control", "private, max-age=86400, immutable"),
          picture);
    }
    return json(set.labels(number(name)));
  }

  private Response download(String name) throws IOException {
    byte[] content = DOWNLOADS.contains(name) ? set.file(name) : null;
    return content == null
        ? Response.text(404, "there is no '%s' yet".formatted(name))
        : new Response(
            200,
            Map.of(
                "Content-Type",
                "text/csv; charset=UTF-8",
                "Content-Disposition",
                "attachment; filename=\"%s\"".formatted(name),
                "Cache-Control",
                "no-store"),
            content);
  }

  private Response change(Request request, JsonNode body)
      throws TeachingConflictException, IOException {
    String who = who(request, text(body, "who"));
    switch (request.path()) {
      case "/factors" -> addFactor(who, body);
      case "/answers" -> {
        TaughtAnswer answer = answer(who, body);
        set.change(who, state -> new AnswersAdded(List.of(answer)));
      }
      case "/sorted" -> {
        List<TaughtAnswer> answers =
            SortedSeries.answers(frames(body), text(body, "factor"), who, set.now());
        set.change(who, state -> new AnswersAdded(answers));
      }
      case "/holds" -> {
        TaughtHold hold =
            new TaughtHold(
                integer(body, "first"),
                integer(body, "last"),
                text(body, "factor"),
                who,
                set.now());
        set.change(who, state -> new HoldAdded(hold));
      }
      case "/labels" -> label(who, body);
      case "/undo" -> set.undo(who);
      case "/redo" -> set.redo(who);
      case "/training" -> {
        training.start(
            body.hasNonNull("steps") ? integer(body, "steps") : null,
            body.hasNonNull("seed") ? integer(body, "seed") : 1);
        return json(training.view());
      }
      default -> {
        return Response.text(404, "there is nothing at %s%s".formatted(PREFIX, request.path()));
      }
    }
    return json(set.state(who));
  }

  private Response remove(Request request) throws TeachingConflictException, IOException {
    String who = who(request, request.query().getOrDefault("who", ""));
    if (request.path().equals("/training")) {
      training.cancel();
      return json(training.view());
    }
    if (request.path().equals("/holds")) {
      int first = number(request.query().getOrDefault("first", ""));
      String factor = request.query().getOrDefault("factor", "");
      set.change(
          who,
          state ->
              new HoldRemoved(
                  state.holds().stream()
                      .filter(h -> h.first() == first && h.factor().equals(factor))
                      .findFirst()
                      .orElseThrow(
                          () ->
                              new NoSuchElementException(
                                  "no run of %s begins at frame %d".formatted(factor, first)))));
      return json(set.state(who));
    }
    if (request.path().startsWith("/factors/")) {
      String name =
          URLDecoder.decode(request.path().substring("/factors/".length()), StandardCharsets.UTF_8);
      set.change(
          who,
          state -> {
            TaughtFactor factor = factor(state, name);
            return new FactorRemoved(state.factors().indexOf(factor), factor);
          });
      return json(set.state(who));
    }
    return Response.text(404, "there is nothing at %s%s".formatted(PREFIX, request.path()));
  }

  /** Adds a factor, or changes its range. */
  private void addFactor(String who, JsonNode body) throws TeachingConflictException, IOException {
    TaughtFactor factor =
        new TaughtFactor(
            text(body, "name").strip(), number(body, "low", 0), number(body, "high", 100));
    set.change(
        who,
        state ->
            state
                .factor(factor.name())
                .<TeachingChange>map(before -> new RangeChanged(before, factor))
                .orElseGet(() -> new FactorAdded(state.factors().size(), factor)));
  }

  private TaughtAnswer answer(String who, JsonNode body) {
    TaughtAnswer.Answer answer = TaughtAnswer.Answer.of(text(body, "answer"));
    if (answer == null) {
      throw new IllegalArgumentException(
          "answer is '%s', expected a, b, equal or unknown".formatted(text(body, "answer")));
    }
    return new TaughtAnswer(
        integer(body, "a"), integer(body, "b"), text(body, "factor"), answer, who, set.now());
  }

  /** Stores a label. Without {@code before}, any present value is replaced. */
  private void label(String who, JsonNode body) throws TeachingConflictException, IOException {
    int frame = integer(body, "frame");
    String factor = text(body, "factor");
    double value = number(body, "value", Double.NaN);
    set.change(
        who,
        state ->
            new Labelled(
                frame,
                factor,
                body.has("before")
                    ? number(body, "before", Double.NaN)
                    : state.labels().value(frame, factor),
                value));
  }

  private static TaughtFactor factor(TeachingState state, String name) {
    return state
        .factor(name)
        .orElseThrow(() -> new NoSuchElementException("there is no factor '%s'".formatted(name)));
  }

  static JsonNode body(Request request) {
    try {
      JsonNode body = JSON.readTree(request.body().isBlank() ? "{}" : request.body());
      if (!body.isObject()) {
        throw new IllegalArgumentException("the body must be a JSON object");
      }
      return body;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is not JSON:" + e.getOriginalMessage(), e);
    }
  }

  /** Returns the author of a change: the authenticated name, else the given one. */
  private static String who(Request request, String given) {
    String person = request.person();
    if (person == null) {
      return who(given);
    }
    if (!given.isBlank() && !given.strip().equals(person)) {
      throw new IllegalArgumentException(
          "who is '%s' but the token is that of %s; leave who out".formatted(given, person));
    }
    return person;
  }

  /** Checks that a name has no character that breaks a line or begins a formula. */
  private static String who(String name) {
    String bare = name.strip();
    if (bare.length() > MAX_NAME
        || bare.chars().anyMatch(Character::isISOControl)
        || (!bare.isEmpty() && "=+-@".indexOf(bare.charAt(0)) >= 0)) {
      throw new IllegalArgumentException(
          "who may have %d characters and begins with none of =+-@".formatted(MAX_NAME));
    }
    return bare;
  }

  static String text(JsonNode body, String name) {
    return body.path(name).asText("");
  }

  private static int integer(JsonNode body, String name) {
    JsonNode value = body.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new IllegalArgumentException(
          "%s must be a whole number but is %s".formatted(name, value));
    }
    return value.intValue();
  }

  private static double number(JsonNode body, String name, double missing) {
    JsonNode value = body.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return missing;
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw new IllegalArgumentException("%s must be a number but is %s".formatted(name, value));
    }
    return value.doubleValue();
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException(
          "invalid frame number '%s', expected 0, 1, ...".formatted(text));
    }
    return Integer.parseInt(text);
  }

  private static List<Integer> frames(JsonNode body) {
    List<Integer> frames = new ArrayList<>();
    for (JsonNode frame : body.path("frames")) {
      if (!frame.isIntegralNumber() || !frame.canConvertToInt()) {
        throw new IllegalArgumentException("frames must be whole numbers, not " + frame);
      }
      frames.add(frame.intValue());
    }
    return frames;
  }

  private static Response json(@Nullable Object value) {
    try {
      return new Response(
          200,
          Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
          JSON.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a view is always JSON", e);
    }
  }
}
