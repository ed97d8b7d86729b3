namespace Serverless.Inference.Models;

/// <summary>Mistral: Llama without biases, with attention over a sliding window where config.json gives one. Jiang et al., arXiv:2310.06825.</summary>
internal sealed class Mistral : DecoderFamily
{
    public override string Architecture => "MistralForCausalLM";

    public override bool HasQkvBias(ModelConfig config) => false;

    public override bool HasOutputBias(ModelConfig config) => false;

    public override bool HasMlpBias(ModelConfig config) => false;
}
