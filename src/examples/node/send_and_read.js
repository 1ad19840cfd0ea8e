// Sends PNG files as frames of one source, then prints the scores and events of that source.
//
// node src/examples/node/send_and_read.js SOURCE FILE.png ...    in the folder of this repository
const fs = require('node:fs');
const avro = require('avsc');
const { Kafka, Partitioners, logLevel } = require('kafkajs');

const servers = process.env.KAFKA_BOOTSTRAP_SERVERS ?? 'localhost:9092';
const [source, ...files] = process.argv.slice(2);
const kafka = new Kafka({
  clientId: 'example-node',
  brokers: servers.split(','),
  logLevel: logLevel.ERROR,
});

// Numbers of JavaScript have 53 bits, and hashes of pictures have 64: longs are BigInts here.
const long = avro.types.LongType.__with({
  fromBuffer: buffer => buffer.readBigInt64LE(),
  toBuffer: value => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: value => typeof value === 'bigint',
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
});

const newest = { scores: 'FrameScore-v1', anomalies: 'AnomalyEvent-v1', drifts: 'DriftEvent-v1' };
const types = {};
for (const [topic, record] of Object.entries(newest)) {
  const schema = JSON.parse(fs.readFileSync(`schemas/released/${record}.avsc`));
  types['residua.' + topic] = avro.Type.forSchema(schema, {
    wrapUnions: false,
    registry: { long },
  });
}

function show(topic, value) {
  if (topic === 'residua.scores') {
    const residuals = value.standardized.map(residual => residual.toFixed(2));
    console.log(
      'score',
      String(value.sequence),
      'p =',
      value.jointPValue.toFixed(4),
      residuals.join(' '),
    );
  } else {
    console.log('event', value.kind, value.finding.headline);
  }
}

async function main() {
  // The default partitioner sends a key where every other client sends it: one camera, one partition.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({
    topic: 'residua.frames',
    messages: files.map(file => ({ key: source, value: fs.readFileSync(file) })),
  });
  await producer.disconnect();

  const consumer = kafka.consumer({ groupId: 'example-node' });
  await consumer.connect();
  await consumer.subscribe({ topics: Object.keys(types), fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      if (message.key.toString() === source) {
        // C3 01 and eight bytes that name the schema, then the record.
        show(topic, types[topic].fromBuffer(message.value.subarray(10)));
      }
    },
  });
  await new Promise(end => setTimeout(end, 15_000)); // an application would go on for ever
  await consumer.disconnect();
}

main().catch(error => {
  console.error(error.message);
  process.exit(1);
});
