// Writes GPT-2's vocabulary into a folder: vocabulary.mjs FOLDER.
import { Vocabulary } from "../../tests/tokenizer/vocabulary.mjs";

Vocabulary.gpt2().write(process.argv[2]);
