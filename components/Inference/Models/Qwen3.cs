namespace Serverless.Inference.Models;

/// <summary>Qwen 3: Qwen 2 with normed query and key heads, a head size of its own, and biases only where config.json asks for them. Yang et al., arXiv:2505.09388.</summary>
internal sealed class Qwen3 : DecoderFamily
{
    public override string Architecture => "Qwen3ForCausalLM";

    public override bool HasMlpBias(ModelConfig config) => false;

    public override bool HasHeadNorms(ModelConfig config) => true;
}
