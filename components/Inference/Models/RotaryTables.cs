using Serverless.Inference.Kernels;

namespace Serverless.Inference.Models;

/// <summary>
/// Cosines and sines of rotary positions (Su et al., arXiv:2104.09864) with the scalings that transformers names "linear" and
/// "llama3". Frequencies and angles are rounded to float32 where transformers rounds them, since at high positions that rounding
/// is part of what a model was trained with.
/// </summary>
internal static class RotaryTables
{
    /// <summary>The table for positions 0 .. <paramref name="positions"/> - 1.</summary>
    public static RotaryTable Create(ModelConfig config, int positions)
    {
        int rotarySize = (int)(config.HeadSize * config.PartialRotaryFactor);
        int half = rotarySize / 2;
        float[] frequencies = Frequencies(config, rotarySize);
        float[] cos = new float[positions * half];
        float[] sin = new float[positions * half];
        for (int position = 0; position < positions; position++)
        {
            for (int i = 0; i < half; i++)
            {
                float angle = position * frequencies[i];
                cos[(position * half) + i] = (float)Math.Cos(angle);
                sin[(position * half) + i] = (float)Math.Sin(angle);
            }
        }

        return new RotaryTable(cos, sin, rotarySize, config.NumAttentionHeads);
    }

    private static float[] Frequencies(ModelConfig config, int rotarySize)
    {
        float[] frequencies = new float[rotarySize / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            float frequency = 1f / (float)Math.Pow(config.RopeTheta, 2f * i / rotarySize);
            frequencies[i] = config.RopeScaling is { } scaling ? Scale(frequency, scaling) : frequency;
        }

        return frequencies;
    }

    private static float Scale(float frequency, RopeScaling scaling)
    {
        float factor = (float)scaling.Factor;
        return scaling.Type switch
        {
            "linear" => frequency / factor,
            "llama3" => ScaleByWavelength(frequency, factor, scaling),
            _ => throw new InferenceException(
                InferenceErrorCodes.ModelUnsupported, $"rope_scaling type {scaling.Type} is not supported; supported: linear, llama3."),
        };
    }

    /// <summary>Short waves stay, long ones are stretched by the factor, those between go over smoothly.</summary>
    private static float ScaleByWavelength(float frequency, float factor, RopeScaling scaling)
    {
        float wavelength = 2 * MathF.PI / frequency;
        double longest = scaling.OriginalMaxPositionEmbeddings / scaling.LowFrequencyFactor;
        double shortest = scaling.OriginalMaxPositionEmbeddings / scaling.HighFrequencyFactor;
        if (wavelength < shortest) return frequency;
        if (wavelength > longest) return frequency / factor;
        float smooth = (float)(((scaling.OriginalMaxPositionEmbeddings / wavelength) - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor));
        return ((1 - smooth) * frequency / factor) + (smooth * frequency);
    }
}
