package dev.residua.testing;

import dev.residua.app.kafka.KafkaClients;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A broker in a network namespace of its own, from which the test can drop every packet. Its
 * clients then get neither data nor an end of the connection.
 */
public final class SeparateBroker implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);

  private final String name;
  private final String address;
  private final int port = Service.freePort();
  private Service broker;

  @SuppressWarnings("NullAway.Init") // set before anybody gets it
  private SeparateBroker(String name, int net) {
    this.name = name;
    this.address = "10.231.%d.2".formatted(net);
  }

  /**
   * Starts it; empty, with a printed reason, if the machine makes no namespaces.
   *
   * @param folder for its data
   */
  public static Optional<SeparateBroker> start(Path folder) throws IOException {
    int net = (int) (ProcessHandle.current().pid() % 200);
    SeparateBroker broker = new SeparateBroker("residua" + net, net);
    String why = broker.connect("10.231.%d.1".formatted(net));
    if (!why.isEmpty()) {
      System.out.println("skipped: a partitioned broker, as " + why);
      broker.disconnect();
      return Optional.empty();
    }
    try {
      broker.launch(Files.createDirectories(folder.resolve("broker")));
      return Optional.of(broker);
    } catch (RuntimeException | Error e) {
      broker.close();
      throw e;
    }
  }

  /** Makes the namespace; returns the error, or nothing. */
  private String connect(String hostAddress) {
    List<String> commands =
        List.of(
            "ip netns add " + name,
            "ip link add %sa type veth peer name %sb".formatted(name, name),
            "ip link set %sb netns %s".formatted(name, name),
            "ip addr add %s/30 dev %sa".formatted(hostAddress, name),
            "ip link set %sa up".formatted(name),
            inside("ip addr add %s/30 dev %sb".formatted(address, name)),
            inside("ip link set %sb up".formatted(name)),
            inside("ip link set lo up"),
            inside("iptables -L -n"));
    for (String command : commands) {
      String problem = run(command);
      if (!problem.isEmpty()) {
        return "'%s' fails: %s".formatted(command, problem);
      }
    }
    return "";
  }

  private String inside(String command) {
    return "ip netns exec %s %s".formatted(name, command);
  }

  /** Runs a command; returns its output if it fails, or nothing. */
  private static String run(String command) {
    try {
      Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? "" : text.strip() + " ";
    } catch (IOException e) {
      return e.getMessage() + " ";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private void launch(Path data) {
    int controller = Service.freePort();
    List<String> arguments = new ArrayList<>(List.of("broker", "--data-dir", data.toString()));
    arguments.addAll(List.of("--port", Integer.toString(port)));
    arguments.addAll(List.of("--controller-port", Integer.toString(controller)));
    String own = "PLAINTEXT://%s:%d".formatted(address, port);
    arguments.addAll(
        List.of(
            "--property",
            "listeners=%s,CONTROLLER://localhost:%d".formatted(own, controller),
            "--property",
            "advertised.listeners=" + own));
    broker =
        Service.command(
            List.of("ip", "netns", "exec", name),
            data,
            List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"),
            arguments);
    broker.await(READY, "the broker accepts requests", () -> broker.out().contains("is ready"));
  }

  public KafkaClients clients() {
    return KafkaClients.of(address + ":" + port);
  }

  /** Drops every packet between the broker and its clients. */
  public void cutOff() {
    change("-I");
  }

  /** Ends that. */
  public void reconnect() {
    change("-D");
  }

  private void change(String action) {
    for (String rule : List.of("INPUT -i", "OUTPUT -o")) {
      String chain = rule.substring(0, rule.indexOf(' '));
      String flag = rule.substring(rule.indexOf(' ') + 1);
      String problem =
          run(inside("iptables %s %s %s %sb -j DROP".formatted(action, chain, flag, name)));
      if (!problem.isEmpty()) {
        throw new IllegalStateException(problem);
      }
    }
  }

  private void disconnect() {
    run("ip netns del " + name);
    run("ip link del %sa".formatted(name));
  }

  @Override
  public void close() {
    Service.close(broker);
    disconnect();
  }
}
