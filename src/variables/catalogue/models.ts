import { secrets } from './entry.ts';

export const MODELS = [
  ...secrets([['ANTHROPIC_API_KEY', 'anthropic', 'Calls the models of Anthropic.', 'sk-ant-api03-exampleexample']], {
    unless: ['ANTHROPIC_BASE_URL'],
  }),
  ...secrets([['OPENAI_API_KEY', 'openai', 'Calls the models of OpenAI.', 'sk-proj-exampleexampleexample']], {
    unless: ['OPENAI_BASE_URL', 'OPENAI_API_BASE', 'AZURE_OPENAI_ENDPOINT'],
  }),
  ...secrets([
    ['GOOGLE_AI_API_KEY', 'google_ai', 'Calls the models of Google.', 'AIzaSyExampleExampleExampleExampleExampl'],
    ['GEMINI_API_KEY', 'google_ai', 'Calls the models of Google.', 'AIzaSyExampleExampleExampleExampleExampl'],
    ['GOOGLE_GENERATIVE_AI_API_KEY', 'google_ai', 'Calls Google AI.', 'AIzaSyExampleExampleExampleExampleExampl'],
    ['GOOGLE_API_KEY', 'key', 'Calls services of Google.', 'AIzaSyExampleExampleExampleExampleExampl'],
    ['GROQ_API_KEY', 'groq', 'Calls the models of Groq.', 'gsk_exampleexampleexample'],
    ['OPENROUTER_API_KEY', 'openrouter', 'Calls models through OpenRouter.', 'sk-or-v1-exampleexample'],
    ['MISTRAL_API_KEY', 'key', 'Calls the models of Mistral.', 'exampleexampleexample'],
    ['COHERE_API_KEY', 'key', 'Calls the models of Cohere.', 'exampleexampleexample'],
    ['DEEPSEEK_API_KEY', 'key', 'Calls the models of DeepSeek.', 'sk-exampleexampleexample'],
    ['XAI_API_KEY', 'key', 'Calls the models of xAI.', 'xai-exampleexampleexample'],
    ['REPLICATE_API_TOKEN', 'replicate', 'Runs models at Replicate.', 'r8_exampleexampleexample'],
    ['HF_TOKEN', 'hugging_face', 'Calls Hugging Face.', 'hf_exampleexampleexample'],
    ['ELEVENLABS_API_KEY', 'key', 'Makes voices at ElevenLabs.', 'exampleexampleexample'],
    ['PINECONE_API_KEY', 'key', 'Reads and writes vectors at Pinecone.', 'pcsk_exampleexample'],
  ]),
] as const;
