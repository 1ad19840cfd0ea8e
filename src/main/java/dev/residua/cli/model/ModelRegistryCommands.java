package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import dev.residua.app.model.ModelCleanUp;
import dev.residua.app.model.Models;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleDifference;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.ModelAdmin.Removal;
import dev.residua.registry.RegistryFollower;
import dev.residua.registry.TrustedModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of {@code model} that work on the registry in Kafka. */
final class ModelRegistryCommands {
  private ModelRegistryCommands() {}

  /** What these commands share. */
  abstract static class OnRegistry implements Callable<Integer> {
    @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

    @CommandLine.Spec CommandLine.Model.CommandSpec spec;

    PrintWriter out() {
      return spec.commandLine().getOut();
    }

    void print(Removal removal) {
      ModelCleanUp.sentences(removal).forEach(out()::println);
    }
  }

  /** What those share that change something. */
  abstract static class Changing extends OnRegistry {
    @Option(
        names = "--by",
        paramLabel = "NAME",
        defaultValue = "${sys:user.name}",
        description = "Who does it.")
    String by;
  }

  @Command(
      name = "list",
      description = "Lists the models of the registry, and which one is in use.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class ListModels extends OnRegistry {
    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Override
    public Integer call() {
      ModelRegistry known = registry.use(RegistryFollower::registry);
      if (json) {
        out().println(Json.of(asMap(known)));
        return 0;
      }
      String active = known.active().map(Activation::modelId).orElse("");
      if (known.entries().isEmpty()) {
        out()
            .println(
                "the registry has no models yet: residua serve puts the first one in, or residua model promote FILE");
      }
      for (Entry entry : known.entries()) {
        out()
            .printf(
                "%s %-40s %s  %6.1f MB  by %s%s%s%s%n",
                entry.id().equals(active) ? "*" : " ",
                entry.id(),
                entry.publishedAt(),
                entry.bytes() / 1e6,
                entry.publishedBy(),
                entry.parentId() == null ? "" : ", from " + entry.parentId(),
                entry.labels().isEmpty() ? "" : ", " + entry.labels(),
                entry.verdict() == null ? "" : ", " + entry.verdict());
      }
      for (Activation activation : known.activations()) {
        out()
            .printf(
                "%s %d: %s by %s, %s%s%n",
                activation.kind().name().toLowerCase(java.util.Locale.ROOT),
                activation.number(),
                activation.modelId(),
                activation.by(),
                activation.reason(),
                starts(known, activation));
      }
      known
          .shadow()
          .ifPresent(
              s ->
                  out()
                      .printf(
                          "shadow: %s scores %.3g of the frames next to it from %s to %s%n",
                          s.modelId(), s.rate(), s.from(), s.until()));
      return 0;
    }

    private static String starts(ModelRegistry known, Activation activation) {
      if (activation.kind() == Activation.Kind.INITIAL) {
        return ", from the first frame on";
      }
      Map<Integer, Long> starts = known.starts(activation.number());
      return starts.isEmpty()
          ? ", begun on no partition yet"
          : starts.entrySet().stream()
              .map(s -> "%d@%d".formatted(s.getKey(), s.getValue()))
              .collect(Collectors.joining(" ", ", from partition@offset ", ""));
    }

    private static Map<String, Object> asMap(ModelRegistry known) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("active", known.active().map(Activation::modelId).orElse(null));
      result.put("models", known.entries());
      result.put(
          "activations",
          known.activations().stream()
              .map(
                  a -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("number", a.number());
                    one.put("modelId", a.modelId());
                    one.put("digest", a.digest());
                    one.put("kind", a.kind());
                    one.put("at", a.at().toString());
                    one.put("by", a.by());
                    one.put("reason", a.reason());
                    one.put("starts", known.starts(a.number()));
                    return one;
                  })
              .toList());
      result.put("shadow", known.shadow().orElse(null));
      return result;
    }
  }

  @Command(
      name = "diff",
      description = {
        "Prints how two models differ: graph and confidence of its edges, latents, settings, figures.",
        "Each is a bundle file, or the id of a model of the registry."
      },
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Diff extends OnRegistry {
    @Parameters(index = "0", paramLabel = "FILE|ID", description = "The one.")
    String one;

    @Parameters(index = "1", paramLabel = "FILE|ID", description = "The other.")
    String other;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Override
    public Integer call() {
      BundleDifference difference =
          BundleDifference.between(registry.bundle(one), registry.bundle(other));
      if (json) {
        out().println(Json.of(difference));
      } else {
        difference.lines().forEach(out()::println);
      }
      return 0;
    }
  }

  @Command(
      name = "publish",
      description = "Checks a bundle and puts it into the registry, without using it.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Publish extends Changing {
    @Parameters(paramLabel = "FILE", description = "Model bundle.")
    Path file;

    @Mixin StoreOption store = new StoreOption();

    @Override
    public Integer call() {
      ModelBundle bundle = checked(registry.bundle(file.toString()));
      registry.publish(bundle, store.store, ModelRegistryOptions.author(by, "published"));
      out().printf("published %s%n", bundle.id());
      return 0;
    }
  }

  /** Where bundles go. */
  static final class StoreOption {
    @Option(
        names = "--store",
        paramLabel = "URI",
        defaultValue = "${env:RESIDUA_MODELS_STORE:-" + BundleStores.KAFKA + "}",
        description = "Where the bundle goes: kafka, file:///folder/ or s3://bucket/prefix.")
    String store;
  }

  private static ModelBundle checked(ModelBundle bundle) {
    try {
      Models.scoring(bundle, 1).close();
      return bundle;
    } catch (BadBundleException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  /** A change of the model in use, and how it takes effect. */
  abstract static class Activating extends Changing {
    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        required = true,
        description = "Why; kept with the activation.")
    String reason;

    @Option(
        names = "--wait",
        paramLabel = "DURATION",
        description = "How long to wait until it holds on all partitions; PT0S does not wait.")
    Duration wait = Duration.ofSeconds(30);

    @Option(
        names = "--trusted",
        split = ",",
        paramLabel = "KEY.pub.pem",
        defaultValue = "${env:RESIDUA_MODELS_TRUSTED_KEYS}",
        description =
            "Public Ed25519 keys, separated by commas: the model must be signed by one of them"
                + " (default: none, any model will do).")
    List<Path> trusted = List.of();

    /**
     * Keys of which one must have signed the model.
     *
     * @throws CommandFailedException if a file is no key
     */
    TrustedKeys trusted() {
      try {
        return TrustedKeys.read(trusted == null ? List.of() : trusted);
      } catch (IOException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
    }

    /** Refuses a model of the registry that is not to be trusted. */
    void checkTrusted(TrustedKeys keys, String id) {
      if (!keys.trustEverything()) {
        registry.use(follower -> new TrustedModels(follower, keys).bundle(id));
      }
    }

    /** Prints from which frames on the active model is used. */
    int printStart(ModelRegistry changed) {
      Activation active = changed.active().orElseThrow();
      out().printf("activation %d: %s%n", active.number(), active.modelId());
      if (active.kind() == Activation.Kind.INITIAL || wait.isZero()) {
        return 0;
      }
      return registry.use(
          follower -> {
            int partitions = partitions();
            long end = System.nanoTime() + wait.toNanos();
            Map<Integer, Long> starts = follower.registry().starts(active.number());
            while (starts.size() < partitions && System.nanoTime() < end) {
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
              starts = follower.registry().starts(active.number());
            }
            starts.forEach(
                (partition, offset) ->
                    out().printf("holds on partition %d from offset %d on%n", partition, offset));
            if (starts.size() < partitions) {
              out()
                  .printf(
                      "on %d of %d partitions it has not begun after %d s: does a scoring process run, and does it refuse the model (its log and /q/health)?%n",
                      partitions - starts.size(), partitions, wait.toSeconds());
              return 1;
            }
            return 0;
          });
    }

    private int partitions() {
      try (Consumer<byte[], byte[]> consumer =
          registry
              .kafka
              .clients()
              .follower(new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        return consumer
            .partitionsFor(registry.kafka.topics().frames().name(), Duration.ofSeconds(10))
            .size();
      }
    }
  }

  @Command(
      name = "promote",
      description = {
        "Uses a model from now on: a bundle file, which is checked and published first, or the id of"
            + " a model of the registry.",
        "Every frame is scored by exactly one model: the activation names the first offset of each"
            + " partition."
      },
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Promote extends Activating {
    @Parameters(paramLabel = "FILE|ID", description = "The model.")
    String model;

    @Mixin StoreOption store = new StoreOption();

    @Override
    public Integer call() {
      TrustedKeys keys = trusted();
      String id = model;
      if (ModelRegistryOptions.isFile(model)) {
        ModelBundle bundle = checked(trusted(keys, registry.bundle(model)));
        id = bundle.id();
        registry.publish(bundle, store.store, ModelRegistryOptions.author(by, reason));
      }
      checkTrusted(keys, id); // the one of the registry, which may have been there before
      String promoted = id;
      return printStart(
          registry.change(
              admin -> admin.promote(promoted, ModelRegistryOptions.author(by, reason))));
    }

    private static ModelBundle trusted(TrustedKeys keys, ModelBundle bundle) {
      try {
        keys.check(bundle);
        return bundle;
      } catch (BadBundleException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
    }
  }

  @Command(
      name = "rollback",
      description =
          "Goes back to the model that was in use before the active one was promoted, or to a given"
              + " one.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Rollback extends Activating {
    @Option(
        names = "--to",
        paramLabel = "ID",
        description = "Model to go back to (default: the one before).",
        showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable String to;

    @Override
    public Integer call() {
      TrustedKeys keys = trusted();
      if (!keys.trustEverything()) {
        Optional<String> target =
            Optional.ofNullable(to).or(() -> registry.use(r -> r.registry().previous()));
        target.ifPresent(id -> checkTrusted(keys, id));
      }
      return printStart(
          registry.change(admin -> admin.rollback(to, ModelRegistryOptions.author(by, reason))));
    }
  }

  @Command(
      name = "label",
      description =
          "Gives a model labels, or takes them away (KEY=). A model with a label is never cleaned up.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class LabelModel extends OnRegistry {
    @Parameters(index = "0", paramLabel = "ID", description = "The model.")
    String model;

    @Parameters(index = "1", arity = "1..*", paramLabel = "KEY=VALUE", description = "Labels.")
    Map<String, String> labels;

    @Override
    public Integer call() {
      labels.forEach(
          (name, value) ->
              registry.change(admin -> admin.label(model, name, value.isEmpty() ? null : value)));
      return 0;
    }
  }

  @Command(
      name = "shadow",
      description = {
        "Lets a model of the registry score a share of the frames next to the active one for a limited time,"
            + " to residua.scores.shadow. Processes with the role shadow do it."
      },
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class ShadowModel extends OnRegistry {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "The challenger.")
    @Nullable String model;

    @Option(names = "--rate", paramLabel = "R", description = "Share of the frames, in (0, 1].")
    double rate = 0.1;

    @Option(names = "--for", paramLabel = "DURATION", description = "For how long.")
    Duration length = Duration.ofHours(1);

    @Option(names = "--end", description = "End it now.")
    boolean end;

    @Override
    public Integer call() {
      if (end == (model != null)) {
        throw new CommandFailedException("give either the ID of a model or --end");
      }
      String challenger = model;
      if (challenger == null) {
        registry.change(admin -> admin.endShadow());
        return 0;
      }
      Shadow shadow;
      try {
        Instant now = Instant.now();
        shadow = new Shadow(challenger, rate, now, now.plus(length));
      } catch (IllegalArgumentException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
      registry.change(admin -> admin.shadow(shadow));
      out().printf("%s shadows until %s%n", challenger, shadow.until());
      return 0;
    }
  }

  @Command(
      name = "remove",
      description = "Removes a model that no stored frame needs from the registry.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class RemoveModel extends OnRegistry {
    @Parameters(paramLabel = "ID", description = "The model.")
    String model;

    @Override
    public Integer call() {
      try (BundleStores places = registry.places.open(BundleStores.KAFKA)) {
        print(registry.change(admin -> admin.remove(model, places::discard)));
      }
      return 0;
    }
  }

  @Command(
      name = "clean",
      description = {
        "Removes models that no stored frame needs: those that are in no activation which is needed,"
            + " carry no label, do not shadow and are not among the newest.",
        "Activations that hold for no stored frame go too."
      },
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Clean extends OnRegistry {
    @Option(
        names = "--keep",
        paramLabel = "N",
        defaultValue = "${env:RESIDUA_MODELS_KEEP:-10}",
        description = "Newest models that stay though nothing needs them.")
    int keep;

    @Override
    public Integer call() {
      try (BundleStores places = registry.places.open(BundleStores.KAFKA)) {
        Removal removal =
            registry.change(
                admin ->
                    ModelCleanUp.run(
                        registry.kafka.clients(),
                        registry.kafka.topics(),
                        admin,
                        places::discard,
                        keep));
        print(removal);
        if (removal.models().isEmpty() && removal.activations().isEmpty()) {
          out().println("nothing to remove");
        }
      } catch (IllegalArgumentException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
      return 0;
    }
  }

  @Command(
      name = "export",
      description =
          "Writes a model to a bundle file, or its network to a standard ONNX file for other"
              + " programs, with what they need to know in a JSON file next to it.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Export extends OnRegistry {
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "FILE|ID",
        description = "Model bundle, or id of a model of the registry (default: the active one).")
    @Nullable String model;

    @Option(names = "--out", paramLabel = "FILE.residua", description = "Bundle to write.")
    @Nullable Path out;

    @Option(
        names = "--onnx",
        paramLabel = "FILE.onnx",
        description = "ONNX file to write; the JSON file has the same name.")
    @Nullable Path onnx;

    @Override
    public Integer call() throws BadBundleException {
      if (out == null && onnx == null) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "Give --out FILE.residua, --onnx FILE.onnx, or both.");
      }
      ModelBundle bundle = model == null ? registry.use(Export::active) : registry.bundle(model);
      try {
        if (out != null) {
          bundle.write(out);
          out().printf("wrote %s to %s%n", bundle.id(), out);
        }
        if (onnx != null) {
          out()
              .printf(
                  "wrote the network of %s to %s and %s%n",
                  bundle.id(), onnx, OnnxFile.write(bundle, onnx));
        }
      } catch (IOException e) {
        throw new CommandFailedException("cannot write the model: " + Failures.reason(e), e);
      }
      return 0;
    }

    private static ModelBundle active(RegistryFollower follower)
        throws IOException, BadBundleException {
      return follower.bundle(
          follower
              .registry()
              .active()
              .map(Activation::modelId)
              .orElseThrow(() -> new BadBundleException("the registry has no active model")));
    }
  }
}
