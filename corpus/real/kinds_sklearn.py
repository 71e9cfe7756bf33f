"""Kinds of scikit-learn: small fitted models, as people keep them between training and serving.

Written with scikit-learn 1.3 by CPython 3.11 and with 1.7 by CPython 3.13.
"""

import functools
import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import registry
from registry import pinned

kind = functools.partial(registry.kind, "sklearn", libraries=("scikit-learn", "numpy"))

# Twelve points of two classes that overlap a little.
X = np.array([[n % 4 + 0.25 * (n % 3), n // 4 - 0.5 * (n % 2)] for n in range(12)])
Y = np.array([0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1])


def without_address(vectorizer):
    """Replaces the memory address that a vectorizer remembers, which differs in every process."""
    vectorizer._stop_words_id = 140000000000000
    return vectorizer


@kind(pinned((), (5,)))
def linear_regression():
    """A fitted linear regression."""
    return LinearRegression().fit(X, X[:, 0] * 2 - X[:, 1])


@kind(pinned((0,), ()))
def logistic_regression():
    """A fitted logistic regression."""
    return LogisticRegression(C=0.5).fit(X, Y)


@kind(pinned((4,), ()))
def decision_tree():
    """A fitted decision tree, whose nodes are one structured array."""
    return DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, Y)


@kind(pinned((), (5,)))
def random_forest():
    """A forest of two trees that share their parameters."""
    return RandomForestClassifier(n_estimators=2, max_depth=2, random_state=1).fit(X, Y)


@kind(pinned((), (4,)))
def gradient_boosting():
    """A boosted ensemble of two trees with its loss and its random state."""
    model = GradientBoostingRegressor(n_estimators=2, max_depth=1, random_state=1)
    return model.fit(X, X[:, 0])


@kind(pinned((), (2,)))
def scaler_and_encoder():
    """A scaler, a one-hot encoder of text and a label encoder."""
    colors = np.array([["red"], ["green"], ["red"]], dtype=object)
    return [StandardScaler().fit(X), OneHotEncoder().fit(colors),
            LabelEncoder().fit(["b", "a", "c"])]


@kind(pinned((4,), ()))
def pipeline():
    """A pipeline of a column transformer, a projection and a classifier."""
    columns = ColumnTransformer([("scale", StandardScaler(), [0]), ("keep", "passthrough", [1])])
    steps = [("columns", columns), ("pca", PCA(2)), ("model", GaussianNB())]
    return Pipeline(steps).fit(X, Y)


@kind(pinned((1,), ()))
def k_means():
    """Cluster centres and labels."""
    return KMeans(n_clusters=2, n_init=1, random_state=0).fit(X)


@kind(pinned((), (2,)))
def count_vectorizer():
    """A fitted vocabulary of a bag-of-words model."""
    return without_address(CountVectorizer(ngram_range=(1, 2)).fit(["the cat sat", "the dog sat"]))


@kind(pinned((2,), ()))
def tfidf_vectorizer():
    """A fitted vocabulary with weights, which hold a sparse diagonal matrix in older versions."""
    return without_address(TfidfVectorizer().fit(["sparse weights", "dense weights stay"]))


@kind(pinned((), (5,)))
def neighbours():
    """A nearest-neighbour classifier with its search tree."""
    return KNeighborsClassifier(3, algorithm="kd_tree", leaf_size=4).fit(X, Y)


@kind(pinned((), (3,)))
def support_vectors():
    """A support vector classifier with its support vectors."""
    return SVC(kernel="rbf", gamma=0.5).fit(X, Y)


@kind(pinned((4,), ()))
def gradient_descent():
    """A linear classifier trained by gradient descent, with its loss function."""
    return SGDClassifier(max_iter=5, tol=None, random_state=0).fit(X, Y)


@kind(pinned((), (5,)))
def neural_network():
    """A small neural network with its optimiser and loss curve."""
    model = MLPRegressor(hidden_layer_sizes=(3,), solver="sgd", max_iter=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, X[:, 0])
