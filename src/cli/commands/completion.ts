import { Argument, type Command } from 'commander';
import { printLine } from '../terminal/output.ts';

// The shell asks the program for what may come next: `crucible __complete -- <words so far> <beginning>`.
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_crucible() {
  local IFS=$'\\n'
  COMPREPLY=($(crucible __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _crucible crucible`,
  zsh: `#compdef crucible
_crucible() {
  local -a found
  found=("\${(@f)$(crucible __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
compdef _crucible crucible`,
  fish: `complete -c crucible -a '(crucible __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

export function define(command: Command): void {
  command
    .addArgument(new Argument('<shell>', 'for which to print a script').choices(Object.keys(SCRIPTS)))
    .description('Prints a script that completes commands, options and experiments.')
    .addHelpText(
      'after',
      `
Examples:
  $ echo 'source <(crucible completion bash)' >> ~/.bashrc
  $ echo 'source <(crucible completion zsh)' >> ~/.zshrc
  $ crucible completion fish > ~/.config/fish/completions/crucible.fish`,
    )
    .action((shell: string) => printLine(SCRIPTS[shell]));
}
