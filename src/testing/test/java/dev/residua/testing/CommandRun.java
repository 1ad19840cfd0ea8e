package dev.residua.testing;

import dev.residua.Residua;
import dev.residua.app.kafka.KafkaClients;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * A command that ran in this process.
 *
 * @param exit its exit status
 * @param output of the command, errors included
 */
public record CommandRun(int exit, String output) {
  /** Runs a command against a broker. */
  public static CommandRun against(KafkaClients clients, String... words) {
    return with(List.of("--bootstrap", clients.bootstrapServers()), words);
  }

  /** Runs a command that asks a service, with the token of the service for this machine. */
  public static CommandRun at(Service service, String... words) {
    return with(
        List.of("--url", service.address(), "--token-file", service.localToken().toString()),
        words);
  }

  /** Runs a command that asks a service at an address without a token. */
  public static CommandRun at(String address, String... words) {
    return with(List.of("--url", address), words);
  }

  /** Runs a command with further options. */
  public static CommandRun with(List<String> options, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(options);
    StringWriter out = new StringWriter();
    CommandLine residua = Residua.commandLine();
    residua.setOut(new PrintWriter(out, true));
    residua.setErr(new PrintWriter(out, true));
    return new CommandRun(residua.execute(all.toArray(String[]::new)), out.toString());
  }
}
