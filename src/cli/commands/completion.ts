import type { CommandSpec } from '../command.ts';

const SCRIPTS = {
  bash: `_deployer() {
  local IFS=$'\\n'
  COMPREPLY=($(deployer __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _deployer deployer
`,
  zsh: `#compdef deployer
_deployer() {
  local -a found
  found=(\${(f)"$(deployer __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
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
} as const;

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['completion'],
  description: 'Prints a completion script. It completes commands, options, environments, services and versions.',
  arguments: [{ name: 'shell', description: 'for which shell', choices: Object.keys(SCRIPTS) }],
  examples: ['deployer completion bash > ~/.deployer-completion'],
  async run({ args }) {
    const shell = args[0] as keyof typeof SCRIPTS;
    return { raw: SCRIPTS[shell], document: { shell, script: SCRIPTS[shell] } };
  },
};
