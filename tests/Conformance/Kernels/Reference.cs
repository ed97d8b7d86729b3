namespace Serverless.Conformance.Tests.Kernels;

/// <summary>The operations in float64, as plainly as they can be written.</summary>
internal static class Reference
{
    public static double[] MatMul(ReadOnlySpan<float> x, float[] weight, float[]? bias, int rows)
    {
        int columns = x.Length;
        var output = new double[rows];
        for (int n = 0; n < rows; n++)
        {
            double sum = bias?[n] ?? 0;
            for (int k = 0; k < columns; k++)
            {
                sum += (double)x[k] * weight[(n * columns) + k];
            }

            output[n] = sum;
        }

        return output;
    }

    public static double[] RmsNorm(double[] x, float[] weight, double epsilon)
    {
        var output = new double[x.Length];
        for (int first = 0; first < x.Length; first += weight.Length)
        {
            double squares = 0;
            for (int i = 0; i < weight.Length; i++)
            {
                squares += x[first + i] * x[first + i];
            }

            for (int i = 0; i < weight.Length; i++)
            {
                output[first + i] = x[first + i] / Math.Sqrt((squares / weight.Length) + epsilon) * weight[i];
            }
        }

        return output;
    }

    public static double[] Rotate(double[] head, float[] cos, float[] sin, int position, int rotarySize)
    {
        var output = (double[])head.Clone();
        int half = rotarySize / 2;
        for (int i = 0; i < half; i++)
        {
            double c = cos[(position * half) + i];
            double s = sin[(position * half) + i];
            output[i] = (head[i] * c) - (head[i + half] * s);
            output[i + half] = (head[i + half] * c) + (head[i] * s);
        }

        return output;
    }

    public static double[] Attention(double[] query, double[][] keys, double[][] values, double scale)
    {
        double[] scores = [.. keys.Select(key => scale * key.Zip(query, (a, b) => a * b).Sum())];
        double largest = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp(score - largest))];
        double total = weights.Sum();
        var output = new double[query.Length];
        for (int j = 0; j < values.Length; j++)
        {
            for (int d = 0; d < query.Length; d++)
            {
                output[d] += weights[j] / total * values[j][d];
            }
        }

        return output;
    }

    public static double Silu(double x) => x / (1 + Math.Exp(-x));
}
