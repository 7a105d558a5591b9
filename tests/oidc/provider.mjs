// A certified OpenID provider for the tests. Settings come as one line of JSON on standard input; it ends when that is closed.
import readline from 'node:readline';
import Provider from 'oidc-provider';

const lines = readline.createInterface({ input: process.stdin });
lines.once('line', (line) => {
  const { port, clients, jwks, people } = JSON.parse(line);
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients,
    jwks,
    cookies: { keys: ['only-for-tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  });
  provider.on('server_error', (_, error) => console.error(error.message));
  provider.listen(port, '127.0.0.1', () => console.log('ready'));
});
lines.on('close', () => process.exit(0));
