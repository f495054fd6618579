import { createGateway, type GatewayOptions } from '../../../gateway/create-gateway.ts';

/** A gateway in a process of its own, with options that its command line does not have. */
const settings = JSON.parse(process.argv[2] ?? '{}') as GatewayOptions;
const gateway = await createGateway(settings);
process.on('SIGTERM', () => void gateway.close().then(() => process.exit(0)));
console.log(JSON.stringify({ url: gateway.address.url, port: gateway.address.port }));
