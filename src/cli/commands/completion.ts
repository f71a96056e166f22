import type { CommandSpec } from '../command.ts';
import { usage } from '../program.ts';

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_deployer() {
  local IFS=$'\\n'
  COMPREPLY=($(deployer __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _deployer deployer
`,
  zsh: `#compdef deployer
_deployer() {
  local -a found
  found=("\${(@f)$(deployer __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _deployer deployer
`,
  fish: `function __deployer_complete
  set -l words (commandline -opc) (commandline -ct)
  deployer __complete $words[2..-1] 2>/dev/null
end
complete -c deployer -f -a '(__deployer_complete)'
`,
};

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Prints a completion script. It completes commands, options, environments, services and versions.',
  arguments: [{ name: 'shell', description: 'bash, zsh or fish' }],
  examples: ['deployer completion bash > ~/.local/share/bash-completion/completions/deployer'],
  async run({ args }) {
    const script = SCRIPTS[args[0] ?? ''];
    if (!script) throw usage(`There is no completion for "${args[0]}"`, `Shells: ${Object.keys(SCRIPTS).join(', ')}`);
    return { raw: script, document: { shell: args[0], script } };
  },
};
