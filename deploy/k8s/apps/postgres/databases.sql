CREATE DATABASE content;
CREATE DATABASE similarity;
CREATE DATABASE recommendation;
