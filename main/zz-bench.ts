import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync, mkdtempSync, rmSync, writeFileSync, readFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { fillGateway } from '../e2e/faults/harness/catch-up-data.ts';
import { openJournal } from './journal/journal.ts';
import { openFeed } from './feeds/feed-client.ts';
const count = Number(process.argv[2] ?? 60000);
const data = `/tmp/hf/h4/data-${count}`;
if (!existsSync(data)) { const t=performance.now(); await fillGateway(data, count, 1795400000000); console.log('filled', performance.now()-t); }
const tokens = '/tmp/hf/h4/tokens.json';
writeFileSync(tokens, JSON.stringify([{kind:'person',name:'ada',token:'person-token-of-ada'}]));
const g = spawn(process.execPath, [...(process.env.GPROF?['--cpu-prof','--cpu-prof-dir=/tmp/hf/h4/prof','--cpu-prof-name=gateway.cpuprofile']:[]),'gateway/server.ts','--data',data,'--port','0','--tokens',tokens,'--room','b'],{stdio:['ignore','pipe','inherit']});
const line: string = await new Promise((r)=>createInterface({input:g.stdout!}).once('line',r));
const { url } = JSON.parse(line);
const gcpu = () => { const f=readFileSync(`/proc/${g.pid}/stat`,'utf8').split(' '); return (Number(f[13])+Number(f[14]))*10; };
const folder = mkdtempSync('/tmp/hf/h4/desk-');
const journal = openJournal({ folder });
const g0=gcpu(); const c0=process.cpuUsage(); const t0=performance.now();
await new Promise<void>((resolve)=>{
  const feed = openFeed({ address:url, token:'person-token-of-ada', journal, now: Date.now, onFacts(){ if (feed.status().behind===0 && journal.facts.lastSeq()>=count) resolve(); }, onStatus(){ if (feed.status().state==='connected') {feed.close(); resolve();} }, onPerson(){}, onReceipts(){} });
});
const wall=performance.now()-t0; const c=process.cpuUsage(c0);
console.log({ facts: journal.facts.lastSeq(), wall: Math.round(wall), perSec: Math.round(count/wall*1000), deskCpu: Math.round((c.user+c.system)/1000), gatewayCpu: gcpu()-g0 , rss: Math.round(process.memoryUsage().rss/1e6)});
console.log(Object.fromEntries(Object.entries(process.memoryUsage()).map(([k,v])=>[k,Math.round(v/1e6)]))); (globalThis as any).gc?.(); console.log("after gc", Object.fromEntries(Object.entries(process.memoryUsage()).map(([k,v])=>[k,Math.round(v/1e6)])));
g.kill('SIGTERM'); rmSync(folder,{recursive:true});
setTimeout(()=>process.exit(0),1500);
