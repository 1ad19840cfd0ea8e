package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A person who wants to know what a file of alerting says before it is used. */
class AlertsCommandTest {
  private static final String GOOD =
      """
      receivers:
        chat: {type: slack, url: "https://chat.test/services/secret", escalate-to: own}
        own: {type: webhook, url: "https://own.test/in"}
        alive: {type: webhook, url: "https://switch.test/ping/1"}
      heartbeat: {receiver: alive}
      routes:
        presses: {sources: press-.*, severity: warning, receivers: [own, chat], mute-times: [2020], active-times: [ever]}
      mute-times:
        2020: {years: [2020], days-of-month: [-1, "1:5"], location: Europe/Berlin}
        ever: {times: "00:00-24:00"}
      """;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int check(String text, String... more) throws Exception {
    Path file = Files.writeString(folder.resolve("alerting.yaml"), text);
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    String[] all = new String[more.length + 3];
    all[0] = "alerts";
    all[1] = "check";
    all[2] = file.toString();
    System.arraycopy(more, 0, all, 3, more.length);
    return line.execute(all);
  }

  @Test
  void shouldPrintReceiversAndRoutesWithoutSecrets() throws Exception {
    // When
    int exit = check(GOOD);

    // Then
    assertThat(exit).as(err.toString()).isZero();
    assertThat(out)
        .hasToString(
            """
            receiver alive (webhook, https://switch.test)
            receiver chat (slack, https://chat.test), after PT15M to own
            receiver own (webhook, https://own.test)
            route presses: sources press-.*, kinds .*, severity warning or worse, to chat, own
              muted in 2020 (days of month -1 1:5, years 2020, Europe/Berlin)
              muted outside ever (times 00:00-24:00, UTC) (now)
            heartbeat: alive
            """);
  }

  @Test
  void shouldPrintJsonForPrograms() throws Exception {
    // When
    int exit = check(GOOD, "--json");

    // Then
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("\"name\" : \"presses\"", "\"receivers\" : [ \"chat\", \"own\" ]")
        .doesNotContain("secret");
  }

  @Test
  void shouldPrintAllMistakesAndFail() throws Exception {
    // When
    int exit = check("receivers: {own: {type: webhook}}\nroutes: {all: {receivers: [none]}}\n");

    // Then
    assertThat(exit).isOne();
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().replace(folder.toString(), ""))
        .hasToString(
            """
            residua: /alerting.yaml line 1: receivers.own.url, the address of a receiver of type webhook, is missing; set it or receivers.own.url-file
            residua: /alerting.yaml line 2: routes.all.receivers names 'none', expected one of [own]
            residua: see src/docs/alerting.md
            """);
  }
}
