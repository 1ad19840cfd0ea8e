package dev.residua;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.MainCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Log messages name their values, with the same keys everywhere. */
class LoggingTest {
  /** What a value may be called; {@code reason} is the last, as it may be a sentence. */
  private static final Set<String> KEYS =
      Set.of(
          // Place of a record
          "scene",
          "source",
          "sequence",
          "topic",
          "partition",
          "offset",
          "key",
          // Identities
          "model",
          "active",
          "activation",
          "training",
          "incident",
          "receiver",
          "part",
          "rule",
          "entry",
          // Counts
          "count",
          "sources",
          "incidents",
          "commands",
          "runningTrainings",
          "routes",
          // Settings
          "roles",
          "kafka",
          "engine",
          "receivers",
          "wanted",
          "port",
          "rate",
          "file",
          "address",
          "folder",
          // Times
          "since",
          "until",
          "after",
          "ms",
          "phase",
          "reason");

  /** A sentence that another class has put together, values included, for people to act on. */
  private static final String WHOLE_SENTENCE = "{}";

  private static final Pattern CALL =
      Pattern.compile(
          "\\bLOG\\s*\\.(?:trace|debug|info|warn|error)\\(\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|.)");

  private static final Pattern FORM =
      Pattern.compile("[^{}=]+(?:: (?:[A-Za-z]+=\\{\\} )*[A-Za-z]+=\\{\\})?");

  private static final Pattern KEY = Pattern.compile("([A-Za-z]+)=\\{\\}");

  @Test
  void shouldNameValuesWithTheAgreedKeys() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    int calls = 0;
    for (Path file : MainCode.files()) {
      for (MatchResult call : CALL.matcher(Files.readString(file)).results().toList()) {
        calls++;
        String problem = problem(call.group(1));
        if (!problem.isEmpty()) {
          found.add("%s: %s: %s".formatted(file.getFileName(), call.group(1), problem));
        }
      }
    }

    // Then
    assertThat(found).isEmpty();
    assertThat(calls).as("calls that were read").isGreaterThan(50);
  }

  private static String problem(String literal) {
    if (literal.length() < 2) {
      return "the message is no literal";
    }
    String message = literal.substring(1, literal.length() - 1);
    if (message.equals(WHOLE_SENTENCE)) {
      return "";
    }
    if (!FORM.matcher(message).matches()) {
      return "expected 'what happened: key={} key={}'";
    }
    List<String> keys = KEY.matcher(message).results().map(key -> key.group(1)).toList();
    if (!KEYS.containsAll(keys)) {
      return "expected keys among " + KEYS;
    }
    return keys.indexOf("reason") >= 0 && keys.indexOf("reason") < keys.size() - 1
        ? "reason must be last"
        : "";
  }
}
