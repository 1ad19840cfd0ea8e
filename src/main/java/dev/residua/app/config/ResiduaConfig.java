package dev.residua.app.config;

import dev.residua.alerting.ReceiverType;
import dev.residua.app.process.Role;
import dev.residua.app.process.ScoringEngine;
import dev.residua.causal.Finding.Severity;
import dev.residua.scoring.Guarantee;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** What a process of the product can be told, under {@code residua.} */
@ConfigMapping(prefix = "residua")
public interface ResiduaConfig {
  /** Roles that this process plays; all by default. */
  @WithDefault("score,monitor,shadow,train,alert,dashboard")
  Set<Role> roles();

  /**
   * Name of this process within its roles, unique among the processes that run at the same time and
   * the same after a restart: it is the static group membership and the transactional id. Pod or
   * host name, for instance.
   */
  @WithDefault("1")
  String instance();

  /** Start of every topic name and group id, so that installations can share a cluster. */
  @WithDefault("residua.")
  String topicPrefix();

  /** Directory for the state stores and the embedded Kafka's data; survives restarts. */
  @WithDefault("data")
  Path dataDir();

  /** Model bundle to use; the noisy pendulum of the demo by default. */
  Optional<Path> model();

  Models models();

  Kafka kafka();

  Frames frames();

  Registry registry();

  Scoring scoring();

  Monitor monitor();

  Training training();

  Anomaly anomaly();

  Incidents incidents();

  Alerting alerting();

  Metrics metrics();

  Tracing tracing();

  Dashboard dashboard();

  Http http();

  Demo demo();

  /**
   * Kafka; port and partitions are of the embedded broker, used where {@code
   * kafka.bootstrap.servers} is not set.
   */
  interface Kafka {
    /** Port that the embedded broker tries first; 0 takes any free one. */
    @WithDefault("9092")
    int port();

    /**
     * Partitions of topics that this process creates, at least 1. Sources are spread over them by
     * key.
     */
    @WithDefault("4")
    int partitions();

    /**
     * Time after which the brokers abort a transaction that does not end, above zero and at most
     * their {@code transaction.max.timeout.ms}; its frames are then read again. Longer than the
     * slowest batch, short enough that a process that died does not hold readers up for long.
     */
    @WithDefault("PT30S")
    Duration transactionTimeout();
  }

  /** Where bundles are kept, and which may be used. */
  interface Models {
    /**
     * Where this process keeps the bundles that it publishes: {@code kafka}, {@code
     * file:///folder/} that all processes share, or {@code s3://bucket/prefix}. Bundles are read
     * wherever the registry says they lie.
     */
    @WithDefault("kafka")
    String store();

    /**
     * Server that speaks S3, such as {@code http://minio:9000}; AWS by default. Credentials are
     * found as every AWS tool finds them.
     */
    Optional<URI> s3Endpoint();

    /** Region of the buckets; by default that of the environment. */
    Optional<String> s3Region();

    /** Whether the bucket is in the path, as most other servers than AWS' want it. */
    @WithDefault("false")
    boolean s3PathStyle();

    /**
     * Public Ed25519 keys, PEM files separated by commas: this process uses only bundles that one
     * of them has signed. Without any it uses every bundle, signed or not.
     */
    Optional<List<Path>> trustedKeys();

    /** Newest models that a clean-up leaves though nothing needs them, at least 0. */
    @WithDefault("10")
    int keep();
  }

  /** What a frame may cost before it is decoded. */
  interface Frames {
    /** Largest frame value, in bytes. */
    @WithDefault("16777216")
    int maxBytes();

    /** Largest width or height, in pixels. */
    @WithDefault("16384")
    int maxSide();

    /** Largest width times height, in pixels. */
    @WithDefault("50000000")
    long maxPixels();

    /**
     * How far ahead of its record's timestamp a capture time may be; beyond that the timestamp
     * stands in for it when frames that come again are told from new ones.
     */
    @WithDefault("PT5M")
    Duration clockTolerance();

    /**
     * Places under which frames may lie that are too large for Kafka, comma-separated, each {@code
     * file:///folder/} or {@code http(s)://host/path/}. Frames refer to them with the attribute
     * {@code residua-ref}; none by default.
     */
    Optional<List<URI>> referenceRoots();

    /** Largest file that a frame may refer to, in bytes. */
    @WithDefault("67108864")
    int referenceMaxBytes();

    /** Time for one attempt to fetch such a file. */
    @WithDefault("PT5S")
    Duration referenceTimeout();
  }

  /** The schema registry of producers that send a schema's id in place of its fingerprint. */
  interface Registry {
    /**
     * Base of its Confluent API, such as {@code http://registry:8081}, or {@code
     * http://registry:8080/apis/ccompat/v7} with Apicurio. Without it frames that begin with byte
     * 00 are refused.
     */
    Optional<URI> url();

    /** User for basic authentication, where the registry wants it. */
    Optional<String> user();

    /** That user's password. */
    Optional<String> password();

    /** Time for one request to it; while it is away, frames with new ids wait. */
    @WithDefault("PT3S")
    Duration timeout();
  }

  /** The scoring role. */
  interface Scoring {
    /** Threads that score, each with partitions and a transaction of its own, at least 1. */
    @WithDefault("1")
    int threads();

    /**
     * What runs the network. {@code auto} takes oneDNN in bfloat16 where the processor has AMX and
     * oneDNN agrees with ONNX Runtime on the model's self-test, and ONNX Runtime elsewhere; {@code
     * onnxruntime}, {@code onednn} and {@code onednn-fp32} insist, and do not start where that
     * cannot be.
     */
    @WithDefault("auto")
    ScoringEngine engine();

    /**
     * Threads inside the network for one batch, at least 1; more than 1 pays only for large images.
     * oneDNN uses {@code OMP_NUM_THREADS} instead, which the launcher sets to 1.
     */
    @WithDefault("1")
    int networkThreads();

    /**
     * Most frames in one transaction, at least 1. Fewer bound the delay under load, more raise the
     * rate.
     */
    @WithDefault("256")
    int maxFrames();

    /**
     * {@code exactly-once}, or {@code at-least-once}, which is faster and after a failure gives
     * some scores twice.
     */
    @WithDefault("exactly-once")
    Guarantee guarantee();

    /**
     * How long a frame waits for others to be scored and committed with. 0 gives the smallest delay
     * at low load, more saves work of broker and processor.
     */
    @WithDefault("PT0.005S")
    Duration batchDeadline();

    /** Time after which a transaction takes no further frames. */
    @WithDefault("PT0.2S")
    Duration transactionDeadline();

    /**
     * Share of frames that are reconstructed for the reconstruction channel, in [0, 1]. Below 1 the
     * service is up to three times faster, and what only the picture shows is found later by one
     * over this.
     */
    @WithDefault("1")
    double reconstructionRate();

    /**
     * Joint p-value of the residuals from which downwards a frame is reconstructed beside these, in
     * [0, 1]; matters where the rate is below 1.
     */
    @WithDefault("0.01")
    double reconstructionBelow();
  }

  /** The training role: when a model is trained anew, and how. */
  interface Training {
    /**
     * Fixed moments as {@code cron} writes them, five fields in this machine's time zone, such as
     * {@code 0 3 * * 1}; none by default.
     */
    Optional<String> schedule();

    /**
     * How long an incident of a root that moved (covariate drift), or one that was accepted as
     * normal, is open before what it shows is learnt, above zero.
     */
    @WithDefault("PT6H")
    Duration lastingDrift();

    /**
     * Whether anytime-valid evidence against the calibration leads to a training. It cannot tell a
     * slow fault from a world that moved: switch it on where every model is approved, or faults are
     * announced.
     */
    @WithDefault("false")
    boolean evidence();

    /**
     * Whether p-values of quiet frames that are no longer uniform lead to a training. Reads every
     * score.
     */
    @WithDefault("false")
    boolean calibrationDecay();

    /** Time after a training in which no other begins by itself, at least zero. */
    @WithDefault("PT6H")
    Duration cooldown();

    /** Most trainings that begin in {@code budget-period}, at least 1. */
    @WithDefault("7")
    int budget();

    /** See {@code budget}; above zero. */
    @WithDefault("P7D")
    Duration budgetPeriod();

    /** How far back frames are taken, above zero; the topic of frames must keep that much. */
    @WithDefault("PT24H")
    Duration window();

    /** Data set to take frames from instead of the topic, a folder that every trainer can read. */
    Optional<Path> data();

    /** Most frames that the network is trained on, spread over sources and time, at least 256. */
    @WithDefault("8000")
    int frames();

    /** Most frames that calibrate, in quiet stretches, at least 256. */
    @WithDefault("4096")
    int calibrationFrames();

    /** Most frames that both models are examined on, at least 200. */
    @WithDefault("2048")
    int heldOutFrames();

    /** Parameter updates of the network, at least 1. */
    @WithDefault("3000")
    int steps();

    /** Whether to start from the weights of the active model; else from random ones. */
    @WithDefault("true")
    boolean warmStart();

    /**
     * Whether the active model's latents stand in for readings of factors that frames do not carry,
     * so that latents keep their identity.
     */
    @WithDefault("true")
    boolean anchors();

    /**
     * Whether the active model with its calibration made anew stands at the gate where the trained
     * one is not let through: all it takes where only the world has moved.
     */
    @WithDefault("true")
    boolean recalibrate();

    /** Whether a new model may lack, or turn round, an edge that the active one is sure of. */
    @WithDefault("false")
    boolean graphMayChange();

    /** Whether a model that passes the gate is activated; else it is only published. */
    @WithDefault("true")
    boolean promote();

    /**
     * How long a new model scores beside the active one before the gate; zero for not at all. Needs
     * a process with the role shadow.
     */
    @WithDefault("PT0S")
    Duration shadowFor();

    /** Share of the frames that it scores meanwhile, in (0, 1]. */
    @WithDefault("0.1")
    double shadowRate();

    /**
     * Private Ed25519 key, a PEM file, that signs new models; needed where {@code
     * residua.models.trusted-keys} is set, or they are published but not activated.
     */
    Optional<Path> signingKey();

    /** Time after which a training is ended, above zero. */
    @WithDefault("PT6H")
    Duration timeLimit();

    /** Heap of the training's own process, as {@code -Xmx} takes it. */
    @WithDefault("2g")
    String memory();

    /** Native threads of a training, at least 1; only 1 gives the same model again. */
    @WithDefault("1")
    int threads();

    /** Seed of every draw. */
    @WithDefault("1")
    long seed();

    /**
     * Random streams that drift thresholds are set with, at least 100; more are surer and slower.
     */
    @WithDefault("4000")
    int driftSimulation();

    /** What to train on: {@code cpu}, or {@code cuda} in a build with that profile. */
    @WithDefault("cpu")
    Backend backend();

    /** What a training runs on. */
    enum Backend {
      CPU,
      CUDA
    }
  }

  /** The monitoring role. */
  interface Monitor {
    /** Threads that monitor, each with partitions of its own, at least 1. */
    @WithDefault("1")
    int threads();

    /**
     * Further monitoring processes that keep a copy of each partition's state, so that one of them
     * goes on without reading it from Kafka where a process dies; at least 0. That it died is
     * noticed after ten seconds.
     */
    @WithDefault("0")
    int standbyReplicas();

    /**
     * Sources of a partition whose derived values are held ready, about 0.6 MB each at four
     * latents. Those of other sources are computed again.
     */
    @WithDefault("256")
    int liveSources();

    /** Time between two transactions: how long a verdict may take, above 0. */
    @WithDefault("PT0.1S")
    Duration commitInterval();

    /** Memory for state that is not written yet, in bytes, at least 0. */
    @WithDefault("67108864")
    long cacheBytes();
  }

  /** Verdicts on single frames. */
  interface Anomaly {
    /**
     * Share of normal frames that may be reported as anomalous by each of the three channels, in
     * [1e-12, 0.5]. At 20 frames a second 0.0002 is one in about four minutes for each. Below the
     * calibration's resolution it is met by a fitted tail: an estimate, no guarantee.
     */
    @WithDefault("0.0002")
    double falseAlarmRate();

    /**
     * Normal frames in a row that end an episode; until then further odd frames are not reported
     * again.
     */
    @WithDefault("20")
    int quietFrames();
  }

  /** What may be said falsely, and when incidents open and end. */
  interface Incidents {
    /**
     * False alarms of one source in a week that its detectors together may give, above 0. With
     * {@code frames-per-second} it sets the average run length, which must be 100 to 1e9 frames.
     */
    @WithDefault("1")
    double falseAlarmsPerWeek();

    /** Pace of a source, for {@code false-alarms-per-week}, above 0. */
    @WithDefault("20")
    double framesPerSecond();

    /** Frames with an alarm, among the last {@code of-frames}, that open an incident. */
    @WithDefault("1")
    int alarmFrames();

    /** See {@code alarm-frames}; at most 64. */
    @WithDefault("1")
    int ofFrames();

    /** Frames in a row without an alarm that resolve an incident. */
    @WithDefault("20")
    int resolveFrames();

    /** Frames after a resolution within which the same incident reopens. */
    @WithDefault("200")
    int cooldownFrames();

    /** Frames after which an open incident is critical. */
    @WithDefault("6000")
    int criticalFrames();
  }

  /** Who is told about incidents. Without any receiver nobody is. */
  interface Alerting {
    /** Address of the dashboard as people reach it, for links in alerts; no links without it. */
    Optional<URI> dashboardUrl();

    /**
     * Time for which a receiver that takes nothing is tried before an alert becomes a dead letter,
     * at least a minute. Alertmanager is told of what is open for ever.
     */
    @WithDefault("P1D")
    Duration giveUpAfter();

    /** Receivers by name: letters, digits, '-' and '_'. */
    Map<String, Receiver> receivers();

    /**
     * Routes by name: an incident goes to the receivers of every route that takes it, and to all
     * receivers where there is no route.
     */
    Map<String, Route> routes();

    /** Someone who is told. */
    interface Receiver {
      /** Protocol: {@code alertmanager}, {@code pagerduty}, {@code webhook} or {@code slack}. */
      ReceiverType type();

      /**
       * Where it listens: Alertmanager's own address, such as {@code http://alertmanager:9093}, the
       * address of a webhook. PagerDuty's is known.
       */
      Optional<URI> url();

      /** File that holds that address instead, since Slack's is a secret. */
      Optional<Path> urlFile();

      /**
       * PagerDuty: the routing key of an Events API v2 integration. Webhook: the key that events
       * are signed with, best {@code whsec_} and 32 random bytes in Base64. Set it in the
       * environment.
       */
      Optional<String> key();

      /** File that holds that key instead. */
      Optional<Path> keyFile();

      /** User for basic authentication, with the token as the password. */
      Optional<String> user();

      /** Bearer token for the receiver. */
      Optional<String> token();

      /** File that holds that token instead. */
      Optional<Path> tokenFile();

      /** Time for one request, from 0.1 to 60 seconds. */
      @WithDefault("PT10S")
      Duration timeout();

      /** How often Alertmanager is told again of what is open, from a second to an hour. */
      @WithDefault("PT1M")
      Duration repeatInterval();

      /**
       * Most incidents in a minute that are opened or updated there; what is beyond waits and is
       * told in one summary. By default 60, and no limit for Alertmanager, which groups by itself.
       */
      OptionalInt limitPerMinute();

      /** Whether it is told of another active model; Alertmanager never is. */
      @WithDefault("true")
      boolean modelChanges();
    }

    /** Which incidents go to whom. */
    interface Route {
      /** Regular expression for the whole name of the source. */
      @WithDefault(".*")
      String sources();

      /** Regular expression for the whole kind, such as {@code INTERVENTION.*}. */
      @WithDefault(".*")
      String kinds();

      /** Least severity: {@code info}, {@code warning} or {@code critical}. */
      @WithDefault("info")
      Severity severity();

      /** Names of the receivers, separated by commas. */
      Set<String> receivers();
    }
  }

  /** What is measured at {@code /q/metrics}. */
  interface Metrics {
    /**
     * Sources that have a label of their own in metrics, the first that a process sees, at least 0;
     * the others share the label {@code _other}. About 9 series each.
     */
    @WithDefault("100")
    int sources();
  }

  /** Traces of single frames from the producer to the alert. */
  interface Tracing {
    /**
     * Base address of a collector that takes OTLP over HTTP, such as {@code http://collector:4318};
     * without it no traces are made, and those of producers are only carried on.
     */
    Optional<URI> endpoint();

    /**
     * Share of the frames to follow whose producer began no trace, in [0, 1]; where one did, its
     * own choice holds.
     */
    @WithDefault("0.01")
    double ratio();
  }

  /** The dashboard. */
  interface Dashboard {
    /**
     * How far back scores and events are read from Kafka when the dashboard starts, at least 0: at
     * least 2,000 records of a partition, at most 50,000.
     */
    @WithDefault("PT15M")
    Duration history();
  }

  /**
   * Who may do what over HTTP. Without a token or an OpenID provider nobody may change anything.
   */
  interface Http {
    /**
     * Bearer token that allows requests which change something; at least 16 characters. Set it in
     * the environment, not on a command line.
     */
    Optional<String> token();

    /** File that holds that token instead. */
    Optional<Path> tokenFile();

    /**
     * Bearer token that reading needs as well, but for {@code /q/health}; at least 16 characters.
     * Reading is open without it.
     */
    Optional<String> readToken();

    /** Whether tokens of an OpenID provider count; where it is, {@code quarkus.oidc.*} says. */
    @WithDefault("false")
    boolean oidc();

    /** Role that such a token must have. */
    @WithDefault("residua-operator")
    String role();
  }

  /** The simulated camera; the {@code demo} command sets these. */
  interface Demo {
    /** How much faster than real time the camera runs, above 0; no camera runs without it. */
    OptionalDouble speed();

    /** What goes wrong and when; the scenario that ships with the product by default. */
    Optional<Path> scenario();
  }
}
