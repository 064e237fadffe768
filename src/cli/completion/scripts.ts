/**
 * The scripts that teach a shell to ask the program.
 *
 * They hold no knowledge of commands, so they stay true when the program changes. The program that is
 * asked is the one on the command line (`bin/plumbline`, too); its answers are taken as words and are never evaluated.
 */
import type { Shell } from "./shells.ts";

/**
 * Bash breaks words at `=` and `:` as well (COMP_WORDBREAKS); the words are put together again here, and what
 * Bash takes for the word is cut off in front. It runs in the Bash 3.2 of macOS.
 */
const bash = `# Completion of plumbline for bash. In ~/.bashrc: eval "$(plumbline completion bash)"
_plumbline() {
  local program=\${1/#\\~\\//$HOME/} i word joined='' line reply
  local -a words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((\${#words[@]} > 0)) && [[ $word == [=:]* || $joined == yes ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    if [[ $word == [=:]* && $word == *[=:] ]]; then joined=yes; else joined=''; fi
  done
  local last=\${words[\${#words[@]}-1]} cut=''
  case $last in *[=:]*) cut=\${last%"\${last##*[=:]}"} ;; esac
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen -f -- "\${last#"$cut"}") ;;
      :folders) while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen -d -- "\${last#"$cut"}") ;;
      *) reply=\${line%%$'\\t'*}; COMPREPLY+=("\${reply#"$cut"}") ;;
    esac
    case $line in :*) compopt -o filenames 2>/dev/null ;; esac
  done < <("$program" __complete "\${words[@]}" 2>/dev/null)
}
complete -F _plumbline plumbline
`;

const zsh = `#compdef plumbline
# Completion of plumbline for zsh. In ~/.zshrc, after compinit: source <(plumbline completion zsh)
_plumbline() {
  local line own='' prefix=''
  local -a given found
  given=("\${(@Q)words[2,CURRENT-1]}" "$PREFIX")
  for line in "\${(@f)$("\${(Q)words[1]/#\\~\\//$HOME/}" __complete "$given[@]" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :*) own=$line ;;
      *$'\\t'*) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) found+=("\${line//:/\\\\:}") ;;
    esac
  done
  (($#found)) && _describe -V plumbline found
  if [[ -n $own ]]; then
    compset -P '--[a-z-]#='
    if [[ $own == :folders ]]; then _files -/; else _files; fi
  fi
}
if [[ $funcstack[1] == _plumbline ]]; then
  _plumbline "$@"
else
  compdef _plumbline plumbline
fi
`;

const fish = `# Completion of plumbline for fish. Once: plumbline completion fish > ~/.config/fish/completions/plumbline.fish
function __plumbline_complete
    set -l words (commandline -opc)
    set -l partial (commandline -ct)
    set -l before (string match -r '^--[a-z-]+=' -- "$partial")
    set -l path (string replace -r '^--[a-z-]+=' '' -- "$partial")
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    for line in ($program __complete $words[2..-1] "$partial" 2>/dev/null)
        switch $line
            case ':files'
                for found in (__fish_complete_path "$path")
                    echo "$before$found"
                end
            case ':folders'
                for found in (__fish_complete_directories "$path")
                    echo "$before$found"
                end
            case '*'
                echo $line
        end
    end
end
complete -c plumbline -f -a '(__plumbline_complete)'
`;

/** What `plumbline completion SHELL` prints. */
export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
