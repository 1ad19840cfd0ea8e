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
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--bootstrap", clients.bootstrapServers()));
    StringWriter out = new StringWriter();
    CommandLine residua = Residua.commandLine();
    residua.setOut(new PrintWriter(out, true));
    residua.setErr(new PrintWriter(out, true));
    return new CommandRun(residua.execute(all.toArray(String[]::new)), out.toString());
  }
}
