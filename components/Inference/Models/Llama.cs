namespace Serverless.Inference.Models;

/// <summary>
/// Llama 2 and 3: rotary positions (with llama3 or linear scaling), grouped-query attention, gated SiLU MLP, RMS norms; biases
/// where config.json asks for them. Touvron et al., arXiv:2302.13971 and 2307.09288; Grattafiori et al., arXiv:2407.21783.
/// </summary>
internal sealed class Llama : DecoderFamily
{
    public override string Architecture => "LlamaForCausalLM";
}
