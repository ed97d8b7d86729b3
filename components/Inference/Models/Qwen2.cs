namespace Serverless.Inference.Models;

/// <summary>Qwen 2 and 2.5: Llama with biases on q, k and v only, and a sliding window from layer max_window_layers on. Yang et al., arXiv:2407.10671.</summary>
internal sealed class Qwen2 : DecoderFamily
{
    public override string Architecture => "Qwen2ForCausalLM";

    public override bool HasQkvBias(ModelConfig config) => true;

    public override bool HasOutputBias(ModelConfig config) => false;

    public override bool HasMlpBias(ModelConfig config) => false;
}
